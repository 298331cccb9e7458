/** The console in a real browser: during an incident, on a phone and on a desk, by day and by night, by mouse and by keyboard. */
@NullMarked
package dev.understudy.tests.console;

import org.jspecify.annotations.NullMarked;
