/**
 * The arithmetic of evidence: what may be concluded from the calls seen so far, valid however often one looks. Pure
 * functions and small counters; they know nothing of models, agents or time.
 */
@NullMarked
package dev.understudy.evidence;

import org.jspecify.annotations.NullMarked;
