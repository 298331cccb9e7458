/**
 * The vocabulary of a model call: messages, requests, responses, and {@link dev.understudy.chat.ChatModel}, the port that a
 * provider client or a lambda implements. No {@code toString} of this package shows a prompt or an answer.
 */
@NullMarked
package dev.understudy.chat;

import org.jspecify.annotations.NullMarked;
