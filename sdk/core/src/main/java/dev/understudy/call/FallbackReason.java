package dev.understudy.call;

import dev.understudy.error.FailureKind;

/**
 * Why an answer has to begin anew.
 *
 * @param kind what happened
 * @param model the model that failed
 * @param next the model that would be asked now: the same one again, or the baseline
 */
public record FallbackReason(FailureKind kind, String model, String next) {}
