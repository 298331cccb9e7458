/** Who else deals units as the rollout does: the {@code fractional} operation of OpenFeature flagd. */
package dev.understudy.tests.flagd;
