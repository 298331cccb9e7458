/**
 * When the candidate fails, the baseline answers within what is left of the deadline: time that was kept in reserve for it.
 */
@NullMarked
package dev.understudy.fallback;

import org.jspecify.annotations.NullMarked;
