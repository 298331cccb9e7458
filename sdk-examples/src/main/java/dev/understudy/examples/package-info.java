/**
 * Small programs that show the SDK at work: {@link dev.understudy.examples.QuickStart} replays real traffic through an
 * incident, {@link dev.understudy.examples.RealCall} asks a real provider, and the others are what README and docs quote.
 */
@NullMarked
package dev.understudy.examples;

import org.jspecify.annotations.NullMarked;
