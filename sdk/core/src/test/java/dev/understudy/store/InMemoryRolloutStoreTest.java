package dev.understudy.store;

import dev.understudy.testing.RolloutStoreContract;

/** What every store promises, in memory. */
class InMemoryRolloutStoreTest extends RolloutStoreContract {

    private final RolloutStore store = new InMemoryRolloutStore();

    @Override
    protected RolloutStore store() {
        return store;
    }
}
