/**
 * Time and waiting: the {@link dev.understudy.time.Ticker} everything is measured by, the {@link
 * dev.understudy.time.Deadline} every call is bounded by, and {@link dev.understudy.time.Waiting}, the one place where a
 * thread of the SDK waits. All three come in from outside, so that the whole SDK runs on a virtual clock.
 */
@NullMarked
package dev.understudy.time;

import org.jspecify.annotations.NullMarked;
