/**
 * What the last minute was like: how long a model's attempts took, how an agent's calls ended. Bounded in memory, cheap
 * enough for every call, and on the clock of the registry, so that a simulation sees the same minute.
 */
@NullMarked
package dev.understudy.insight;

import org.jspecify.annotations.NullMarked;
