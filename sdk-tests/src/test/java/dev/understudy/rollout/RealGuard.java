package dev.understudy.rollout;

import dev.understudy.call.Chain;

/** The guard alone, at a share that nobody changes. */
final class RealGuard extends SimulatedCalls {

    private final RolloutGuard guard;
    private final Chain chain;
    private boolean stopped;

    RealGuard(String salt, Share share, double limitMillis) {
        ShareInForce inForce = new ShareInForce(share);
        guard = new RolloutGuard(limit(limitMillis), inForce, waiting, () -> stopped = true);
        chain = chain(salt, inForce, guard);
    }

    @Override
    Chain chain() {
        return chain;
    }

    @Override
    RolloutGuard guard() {
        return guard;
    }

    @Override
    void afterwards() {}

    @Override
    public boolean stopped() {
        return stopped;
    }

    @Override
    public boolean rolledBack() {
        return stopped;
    }
}
