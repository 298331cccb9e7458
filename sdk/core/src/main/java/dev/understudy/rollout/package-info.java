/**
 * Which variant serves a call: a sticky hash of the unit against the share, the kill switch, and what the call asks for. Pure
 * arithmetic without any store: the same unit gets the same variant on every machine.
 */
@NullMarked
package dev.understudy.rollout;

import org.jspecify.annotations.NullMarked;
