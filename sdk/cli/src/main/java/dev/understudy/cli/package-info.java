/**
 * What operators do from a terminal, with one jar and no service: check a configuration, probe its models, ask which variant a
 * unit gets, and steer a rollout by editing a single value of the file that running applications follow.
 */
@NullMarked
package dev.understudy.cli;

import org.jspecify.annotations.NullMarked;
