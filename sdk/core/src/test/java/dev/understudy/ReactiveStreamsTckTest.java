package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Sink;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.time.Deadline;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** The publisher keeps the rules of Reactive Streams: their own kit says so, method by method. */
@Timeout(60)
class ReactiveStreamsTckTest {

    private static final int MOST = 300; // more than the buffer holds

    /** Says the same word as often as it is asked to, and answers with nothing where that is never. */
    private static final class Parrot implements ChatModel {
        @Override
        public ChatResponse chat(ChatRequest request, Deadline deadline) {
            return stream(request, deadline, piece -> {});
        }

        @Override
        public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
            int times = Integer.parseInt(request.messages().get(0).text());
            for (int i = 0; i < times; i++) {
                sink.text("word ");
            }
            return ChatResponse.of("word ".repeat(times));
        }

        @Override
        public boolean streams() {
            return true;
        }

        @Override
        public boolean honoursDeadline() {
            return true;
        }
    }

    private static final class Kit extends FlowPublisherVerification<String> {
        private final ModelRegistry registry;

        Kit(ModelRegistry registry) {
            super(new TestEnvironment(500, 20));
            this.registry = registry;
        }

        @Override
        public long maxElementsFromPublisher() {
            return MOST;
        }

        @Override
        public Flow.Publisher<String> createFlowPublisher(long elements) {
            return publisher("parrot", Long.toString(Math.min(elements, MOST)));
        }

        @Override
        public Flow.Publisher<String> createFailedFlowPublisher() {
            return publisher("nobody", "1");
        }

        private Flow.Publisher<String> publisher(String agent, String words) {
            return registry.publisher(agent, ChatRequest.of(List.of(Message.user(words))), CallOptions.DEFAULT);
        }
    }

    @TestFactory
    Stream<DynamicTest> every_rule() {
        List<Method> rules = new ArrayList<>(Arrays.stream(Kit.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .filter(method -> !method.getName().startsWith("untested")) // the kit has a name for them, and no test
                .toList());
        assertThat(rules).hasSizeGreaterThan(25);
        return rules.stream().map(rule -> DynamicTest.dynamicTest(rule.getName(), () -> run(rule)));
    }

    private static void run(Method rule) throws Throwable {
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("word", new Parrot()))
                .agent(AgentSettings.builder("parrot").baseline("word").build())
                .build();
        try (ModelRegistry registry =
                ModelRegistry.builder().configuration(configuration).build()) {
            Kit kit = new Kit(registry);
            kit.setUp();
            rule.invoke(kit);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof SkipException optional) {
                Assumptions.abort(optional.getMessage());
            }
            throw failed.getCause();
        }
    }
}
