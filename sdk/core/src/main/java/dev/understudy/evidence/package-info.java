/**
 * The arithmetic of evidence: what may be concluded from the calls seen so far, valid however often one looks. Each test is an
 * e-process: a wealth that starts at 1 and, while there is nothing to be found, is expected not to grow, whenever one stops; so
 * it reaches 100 with probability at most 1 in 100, although it is looked at after every call (Ville's inequality). Wealth is
 * kept as its natural logarithm. Pure functions and small counters; they know nothing of models, agents or time.
 */
@NullMarked
package dev.understudy.evidence;

import org.jspecify.annotations.NullMarked;
