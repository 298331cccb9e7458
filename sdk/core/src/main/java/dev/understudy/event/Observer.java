package dev.understudy.event;

import org.jspecify.annotations.Nullable;

/**
 * A listener that follows each call from its beginning, on the call's own threads: what tracing needs. A registry has at
 * most one. Unlike a mere listener it is in the way of the call: what it throws is logged and forgotten, but what it waits
 * for, the call waits for. It never sees what is asked or answered.
 */
public interface Observer extends Listener {

    /**
     * Hears that a call begins; on the caller's thread, which need not be the one that runs the call.
     *
     * @param agent the agent
     * @return what follows this call, or null to let it go unobserved
     */
    @Nullable
    CallObservation callStarted(String agent);
}
