/**
 * The whole SDK on a virtual clock: real threads, of which one runs at a time, in an order that a seed draws, against models
 * that fail as the seed says. What the rules of the design promise is checked at every step; the same seed gives the same
 * run. {@code docs/simulation.md} says how to replay one.
 */
package dev.understudy.tests.simulation;
