/** One page for a person: every agent at a glance, live, with what was decided and why, and what can be done about it. */
@NullMarked
package dev.understudy.server.console;

import org.jspecify.annotations.NullMarked;
