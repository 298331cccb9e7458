/**
 * Answers repeated requests from memory, and identical requests in flight by one upstream call. A {@link
 * dev.understudy.cache.CacheStage} stands before each model; an agent has one {@link dev.understudy.cache.ResponseCache},
 * bounded by entries and by weight, whose keys hold everything that goes upstream, the model and the tenant: no answer is
 * seen by anybody who asked something else. Only whole answers of the model that was meant are stored.
 */
@NullMarked
package dev.understudy.cache;

import org.jspecify.annotations.NullMarked;
