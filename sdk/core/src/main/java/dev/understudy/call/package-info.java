/**
 * One call in flight and the chain of stages that it travels: a call goes down as method calls and comes back as a
 * return, on one thread.
 */
@NullMarked
package dev.understudy.call;

import org.jspecify.annotations.NullMarked;
