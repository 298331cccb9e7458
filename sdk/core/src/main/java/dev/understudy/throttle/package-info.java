/**
 * How much may be on the wire at once and how fast: permits that are waited for in order and not for long, a rate limit, and
 * what a provider's 429 teaches.
 */
@NullMarked
package dev.understudy.throttle;

import org.jspecify.annotations.NullMarked;
