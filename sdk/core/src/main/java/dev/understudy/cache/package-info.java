/**
 * Answers repeated requests from memory, and identical requests in flight by one upstream call.
 */
@NullMarked
package dev.understudy.cache;

import org.jspecify.annotations.NullMarked;
