package dev.understudy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is kept for the baseline, as it is written: one of the two.
 *
 * @param time a fixed time, or null
 * @param share a part of the time-out, from 0.01 to 0.9, or null
 */
record Reserve(@Nullable Duration time, @Nullable Double share) {}
