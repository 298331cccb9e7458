/**
 * What happened, and the listener that hears it: every logical call, every attempt, every refusal, fallback, cache look-up
 * and breaker transition is one {@link dev.understudy.event.Event}. Events carry names from the configuration and numbers,
 * never a prompt, an answer or a key.
 */
@NullMarked
package dev.understudy.event;

import org.jspecify.annotations.NullMarked;
