/**
 * What an agent may spend in an hour, a day or a month: counted to the billionth with each call, kept across restarts and
 * summed up over all processes that share a store. At four fifths somebody is told; at the limit the agent goes on, goes on with its
 * baseline alone, or refuses, as its configuration says.
 */
@NullMarked
package dev.understudy.budget;

import org.jspecify.annotations.NullMarked;
