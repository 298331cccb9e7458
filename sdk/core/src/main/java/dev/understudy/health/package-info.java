/**
 * Whether an agent can answer: UP, DEGRADED or DOWN, with the reason as a sentence. A pure judgement over the breakers of
 * the two models, the share of the rollout and the last minute's calls; nothing is sent to find out.
 */
@NullMarked
package dev.understudy.health;

import org.jspecify.annotations.NullMarked;
