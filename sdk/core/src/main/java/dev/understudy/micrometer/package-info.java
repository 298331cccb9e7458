/**
 * Call events become meters: requests, latency, attempts, errors, fallbacks, refusals, cache results, tokens and cost, and
 * gauges for what can be read at any time. Tags come from the configuration only, so the number of series is bounded by
 * it. The only package that knows Micrometer; without Micrometer on the class path nothing of it is loaded.
 */
@NullMarked
package dev.understudy.micrometer;

import org.jspecify.annotations.NullMarked;
