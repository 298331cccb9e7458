/**
 * What runs, as one immutable {@link dev.understudy.config.Configuration}: built in Java, or read from a YAML file that is
 * bound strictly and checked as a whole. Every problem is reported at once, with its line and its remedy, and none shows a key.
 */
@NullMarked
package dev.understudy.config;

import org.jspecify.annotations.NullMarked;
