/**
 * State that survives: what a rollout has decided is written down before it takes effect, so that a restart never gives a
 * candidate more than it had, and a rollback stays. A {@link dev.understudy.store.RolloutStore} holds one small record for
 * each key and replaces it by compare-and-set; {@link dev.understudy.store.FileRolloutStore} keeps them in a directory, and
 * a store that a whole fleet shares can take its place.
 */
@NullMarked
package dev.understudy.store;

import org.jspecify.annotations.NullMarked;
