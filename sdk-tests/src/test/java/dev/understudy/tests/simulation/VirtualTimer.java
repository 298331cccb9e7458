package dev.understudy.tests.simulation;

import dev.understudy.time.Timer;

/** A timer with a thread for each plan, which knows for whose call it was made. */
final class VirtualTimer implements Timer {

    private final VirtualWorld world;

    VirtualTimer(VirtualWorld world) {
        this.world = world;
    }

    @Override
    public Plan at(long atNanos, Runnable action) {
        Waiter waiter = new Waiter(atNanos, action);
        waiter.carrier = world.begin("timer", world.current().context, waiter);
        waiter.carrier.isTimer = true;
        return waiter;
    }

    private final class Waiter implements Runnable, Timer.Plan {
        private final long atNanos;
        private final Runnable action;
        private Carrier carrier;
        private boolean off;
        private boolean begun;

        Waiter(long atNanos, Runnable action) {
            this.atNanos = atNanos;
            this.action = action;
        }

        @Override
        public void run() {
            for (long left = atNanos - world.nanoTime(); left > 0 && !off; left = atNanos - world.nanoTime()) {
                world.park(this, left);
            }
            if (!off) {
                begun = true;
                action.run();
            }
        }

        @Override
        public void callOff() {
            off = true;
            if (!begun) { // later the carrier has other things to do
                world.unpark(carrier);
            }
        }

        @Override
        public String toString() {
            return "a plan";
        }
    }
}
