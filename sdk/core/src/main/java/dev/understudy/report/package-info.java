/**
 * The story of a rollout on one page: what happened, when, and what the SDK did about it, with charts, every decision and
 * the evidence for it. One HTML file that loads nothing, runs no script, and reads well on a phone, in print and in the
 * dark. Names and sentences come from operators and are text, whatever they contain.
 */
@NullMarked
package dev.understudy.report;

import org.jspecify.annotations.NullMarked;
