package dev.understudy.examples;

import dev.understudy.examples.ModelServer.Mood;

/**
 * A part of the story.
 *
 * @param seconds how long it lasts
 * @param mood how the candidate feels meanwhile
 * @param announcement what the spectators are told when it begins
 */
record Phase(int seconds, Mood mood, String announcement) {}
