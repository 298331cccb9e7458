/**
 * The face: {@link dev.understudy.ModelRegistry} answers calls of the agents that a configuration names. It is the only
 * place that assembles pipelines.
 */
@NullMarked
package dev.understudy;

import org.jspecify.annotations.NullMarked;
