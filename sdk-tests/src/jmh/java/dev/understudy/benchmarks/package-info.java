/**
 * What the SDK costs, beside what others cost, in one run: ratios, not absolute times. See CONTRIBUTING.md for the command.
 */
package dev.understudy.benchmarks;
