package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenEstimateTest {

    private static final Deployment OPEN = Deployment.of("m", (request, deadline) -> ChatResponse.of(""));
    private static final Deployment SHORT = Deployment.builder("m")
            .upstream((request, deadline) -> ChatResponse.of(""))
            .parameters(new Parameters(null, 100, null, List.of(), null))
            .build();

    private final TokenEstimate estimate = new TokenEstimate();

    private static ChatRequest request(Message... messages) {
        return ChatRequest.of(List.of(messages));
    }

    @Test
    void a_prompt_takes_a_token_for_every_four_characters_and_four_for_each_message() {
        ChatRequest request = request(Message.system("x".repeat(41)), Message.user("y".repeat(40)));
        assertThat(estimate.of(request, SHORT)).isEqualTo(8 + 21 + 100);
    }

    @Test
    void the_answer_takes_what_the_request_allows_before_what_the_deployment_allows() {
        ChatRequest request = ChatRequest.builder(List.of(Message.user("1234")))
                .parameters(new Parameters(null, 7, null, List.of(), null))
                .build();
        assertThat(estimate.of(request, SHORT)).isEqualTo(4 + 1 + 7);
    }

    @Test
    void where_nobody_says_how_long_answers_may_be_it_learns_how_long_they_are() {
        ChatRequest request = request(Message.user("1234"));
        assertThat(estimate.of(request, OPEN)).isEqualTo(5 + TokenEstimate.USUAL_ANSWER);
        for (int i = 0; i < 200; i++) {
            estimate.answered(1000);
        }
        assertThat(estimate.of(request, OPEN)).isBetween(5 + 980L, 5 + 1000L);
    }

    @Test
    void images_tools_and_tool_calls_count_too() {
        ChatRequest request = ChatRequest.builder(List.of(
                        Message.user(List.of(new Part.Text("1234"), new Part.ImageUrl("https://example.com/a.png"))),
                        Message.assistant("", List.of(new ToolCall("id", "look", "{}")))))
                .tools(List.of(new Tool("look", "12345678", Map.of())))
                .build();
        assertThat(estimate.of(request, SHORT)).isEqualTo(8 + 1000 + 50 + (4 + 6 + 8 + 3) / 4 + 100);
    }
}
