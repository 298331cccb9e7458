package dev.understudy.tests.simulation;

import java.util.concurrent.locks.LockSupport;

/**
 * A real thread that runs only while it holds the baton of its {@link VirtualWorld}. Like a thread of a pool it carries one
 * task after the other: a wake-up or an interrupt that comes too late hits whatever it carries then.
 *
 * <p>An interrupt of a carrier without the baton is kept aside until it has the baton again: the real flag would let its
 * real sleep end, at a moment that no seed decides.
 */
final class Carrier extends Thread {

    /** What a carrier is about to do. */
    enum State {
        /** Runs, or goes on as soon as it is drawn. */
        READY,
        /** Waits for a time, a wake-up or an interrupt. */
        PARKED,
        /** Waits for a time, whatever else happens. */
        ASLEEP,
        /** Waits until everybody else is done. */
        JOINING
    }

    private final VirtualWorld world;
    private final int number;
    private volatile boolean baton;
    private boolean interruptKept;

    // Written and read only by whoever has the baton.
    Runnable task;
    Object context;
    String label = "";
    State state = State.READY;
    boolean permit;
    /** On the world's clock; {@link Long#MAX_VALUE} for never. */
    long wakeAt;
    /** When its task was handed to it. */
    long bornAt;

    long bornMoment;
    /** Whether it makes no pauses until it parks next: what it does is meant to be one step. */
    boolean hushed;
    /** Whether it only waits for the instant of a plan. */
    boolean isTimer;
    /** Where it runs, or works for, a hedge: the thread on which that hedge travels; else null. */
    Carrier hedge;
    /** When it was last held up for no reason of its own. */
    long stalledUntil;

    Object blocker;
    String place = "";

    Carrier(VirtualWorld world, int number) {
        super("carrier-" + number);
        this.world = world;
        this.number = number;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            while (awaitBaton()) {
                world.carry(this);
            }
        } catch (VirtualWorld.Ended end) {
            // in failure, in the middle of a task
        }
    }

    /** To be called before the baton is handed on: the real flag must not end the real sleep. */
    void keepInterrupt() {
        interruptKept = Thread.interrupted();
    }

    /** An interrupt that came while it carried nothing means nothing. */
    void forgetInterrupt() {
        interruptKept = false;
    }

    /** Gives the baton to this carrier. */
    void give() {
        baton = true;
        LockSupport.unpark(this);
    }

    /** The world has ended: there will be no baton any more. */
    void wakeToEnd() {
        LockSupport.unpark(this);
    }

    /** Waits until this carrier is gone, unless it is stuck somewhere. */
    void awaitEnd() {
        try {
            join(1_000);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sleeps until this carrier has the baton; false where the world has ended. */
    boolean awaitBaton() {
        while (!baton) {
            if (world.hasEnded()) {
                return false;
            }
            LockSupport.park(this);
        }
        baton = false;
        if (interruptKept) {
            interruptKept = false;
            super.interrupt();
        }
        return true;
    }

    @Override
    public void interrupt() {
        if (Thread.currentThread() == this) {
            super.interrupt();
        } else {
            interruptKept = true;
        }
    }

    @Override
    public boolean isInterrupted() {
        return interruptKept || super.isInterrupted();
    }

    /** Sets of carriers are walked in the same order in every run. */
    @Override
    public int hashCode() {
        return number * 0x9E3779B9;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public String toString() {
        return label;
    }
}
