/**
 * A limit on concurrency that is learnt: it grows while a model answers as fast as ever, and shrinks when answers take longer or
 * calls are dropped. The algorithms are those of Netflix concurrency-limits; the gate, its line and its permits are core's. The
 * only code that knows the library.
 */
@NullMarked
package dev.understudy.adaptive;

import org.jspecify.annotations.NullMarked;
