/**
 * What the calls were like: in the last minute, in windows up to a whole rollout, and one variant beside the other. Bounded
 * in memory, cheap enough for every call, and on the clock of the registry, so that a simulation sees the same minute.
 */
@NullMarked
package dev.understudy.insight;

import org.jspecify.annotations.NullMarked;
