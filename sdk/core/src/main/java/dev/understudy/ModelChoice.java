package dev.understudy;

import dev.understudy.chat.Variant;
import dev.understudy.rollout.Share;

/**
 * Which model would serve a call now, and why.
 *
 * @param model the deployment's name
 * @param variant which of the agent's two models it is
 * @param share the share of units that are on the candidate
 * @param why who decided, as a sentence
 */
public record ModelChoice(String model, Variant variant, Share share, String why) {}
