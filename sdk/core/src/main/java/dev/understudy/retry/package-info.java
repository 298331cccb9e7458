/**
 * Another attempt on the same model, if the failure, the budget and the deadline allow.
 */
@NullMarked
package dev.understudy.retry;

import org.jspecify.annotations.NullMarked;
