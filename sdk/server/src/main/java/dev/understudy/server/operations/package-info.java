/** What operators and their programs ask of a running registry: health, metrics, rollouts, and how to change them. */
@NullMarked
package dev.understudy.server.operations;

import org.jspecify.annotations.NullMarked;
