/**
 * How a call can fail, on one page: {@link dev.understudy.error.FailureKind} says of every kind of failure whether it is
 * tried again, answered by the baseline, held against the model, and told to somebody; each surfaces as one exception
 * below {@link dev.understudy.error.UnderstudyException}.
 */
@NullMarked
package dev.understudy.error;

import org.jspecify.annotations.NullMarked;
