package dev.understudy.rollout;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The share that calls are assigned by at this moment: set by the ramp, read once by each call, and closed by the guard in the
 * instant in which the evidence suffices, before anything is written down. What the guard closed stays closed, whatever the
 * ramp sets meanwhile, until {@link #open(Share)}: a step that was passed just then cannot undo a rollback. Thread-safe.
 */
public final class ShareInForce {

    /** The share in thousandths of a per cent, or its complement while it is closed. */
    private final AtomicInteger word;
    /** Why nobody is on the candidate whatever a call wants, or null. */
    private volatile @Nullable Assignment denied;

    /**
     * Starts with a share.
     *
     * @param share the share
     */
    public ShareInForce(Share share) {
        word = new AtomicInteger(share.thousandths());
    }

    /**
     * Changes the share; while it is closed, the one that is kept for later.
     *
     * @param share the share from now on
     */
    public void set(Share share) {
        int thousandths = share.thousandths();
        word.updateAndGet(now -> now < 0 ? ~thousandths : thousandths);
    }

    /** Takes the candidate away at once. Idempotent. */
    public void close() {
        word.updateAndGet(now -> now < 0 ? now : ~now);
    }

    /**
     * Undoes {@link #close()}, once it has been decided what follows.
     *
     * @param share the share from now on
     */
    public void open(Share share) {
        word.set(share.thousandths());
    }

    /**
     * Says whether the guard took the candidate away.
     *
     * @return whether it is closed
     */
    public boolean isClosed() {
        return word.get() < 0;
    }

    /**
     * Returns the share.
     *
     * @return the one that was set; none while it is closed
     */
    public Share share() {
        int now = thousandths();
        return now == 0 ? Share.NONE : new Share(now);
    }

    /**
     * Says why nobody is on the candidate, whatever the share and whatever a call asks for.
     *
     * @param reason the decision that calls are told; null where the share decides
     */
    void deny(@Nullable Assignment reason) {
        denied = reason;
    }

    /** Returns why nobody is on the candidate, or null where the share decides. */
    @Nullable
    Assignment denied() {
        return word.get() < 0 ? Assignment.QUARANTINED : denied;
    }

    int thousandths() {
        return Math.max(0, word.get());
    }
}
