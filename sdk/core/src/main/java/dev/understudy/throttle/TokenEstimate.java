package dev.understudy.throttle;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many tokens a request will probably take, before anybody has counted them: for the prompt one for every four characters
 * (the rule of thumb of OpenAI's tokenizer page, for English; too few for Chinese, which the correction afterwards makes good),
 * four more for each message, and a thousand for each image; for the answer {@code max_tokens} of the request or else of the
 * deployment, as providers count it, or where neither says any, what answers took on average of late. Thread-safe.
 */
final class TokenEstimate {

    /** What an answer takes before one is known. */
    static final int USUAL_ANSWER = 256;

    private static final int CHARACTERS_PER_TOKEN = 4;
    private static final int PER_MESSAGE = 4;
    private static final int PER_IMAGE = 1000;
    private static final int PER_TOOL = 50;

    /** The average is one of about the last so many answers, in sixteenths of a token. */
    private static final int REMEMBERED = 16;

    private final AtomicLong average = new AtomicLong(USUAL_ANSWER * REMEMBERED);

    /** Estimates prompt and answer together; at least 1. */
    long of(ChatRequest request, Deployment deployment) {
        long characters = 0;
        long tokens = 0;
        for (Message message : request.messages()) {
            tokens += PER_MESSAGE;
            for (Part part : message.parts()) {
                if (part instanceof Part.Text text) {
                    characters += text.text().length();
                } else {
                    tokens += PER_IMAGE;
                }
            }
            for (ToolCall call : message.toolCalls()) {
                characters += call.name().length() + call.arguments().length();
            }
        }
        for (Tool tool : request.tools()) {
            tokens += PER_TOOL;
            characters += tool.description().length();
        }
        return tokens + (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN + answer(request, deployment);
    }

    /** Learns how long an answer was. */
    void answered(long outputTokens) {
        long bounded = Math.min(outputTokens, Integer.MAX_VALUE);
        average.updateAndGet(seen -> seen + bounded - seen / REMEMBERED);
    }

    private long answer(ChatRequest request, Deployment deployment) {
        Integer most = request.parameters().maxTokens();
        if (most == null) {
            most = deployment.parameters().maxTokens();
        }
        return most != null ? most : average.get() / REMEMBERED;
    }
}
