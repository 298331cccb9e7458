/**
 * Stops sending to a model that fails, and probes until it heals. The circuit breaker belongs to the model, whoever calls it.
 */
@NullMarked
package dev.understudy.breaker;

import org.jspecify.annotations.NullMarked;
