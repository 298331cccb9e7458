/** The report in a real browser: on a phone, on a desk, in the dark and on paper. */
@NullMarked
package dev.understudy.tests.report;

import org.jspecify.annotations.NullMarked;
