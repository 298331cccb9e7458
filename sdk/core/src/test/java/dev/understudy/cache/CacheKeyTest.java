package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.cache.RandomRequests.Asked;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import dev.understudy.testing.Rule;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two requests share a key exactly where the same would go upstream. */
@Rule("R17")
class CacheKeyTest {

    private static final Deployment MODEL =
            Deployment.builder("m").provider("p").build();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyChangedFieldGivesAnotherKey(long seed) {
        var requests = new RandomRequests(new SplittableRandom(seed));
        int different = 0;
        for (int i = 0; i < 2_500; i++) {
            Asked asked = requests.asked();
            Asked changed = requests.changed(asked);
            boolean same = asked.content().equals(changed.content());
            assertThat(asked.key().equals(changed.key()))
                    .as("seed %d, request %d: %s and %s", seed, i, asked.content(), changed.content())
                    .isEqualTo(same);
            different += same ? 0 : 1;
        }
        assertThat(different).isGreaterThan(1_500);
    }

    @Test
    void twoOfManySimilarRequestsShareAKeyOnlyIfTheyAreEqual() {
        var requests = new RandomRequests(new SplittableRandom(5));
        Map<CacheKey, List<Object>> seen = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            Asked asked = requests.asked();
            for (int step = 0; step < 30; step++, asked = requests.changed(asked)) {
                List<Object> before = seen.putIfAbsent(asked.key(), asked.content());
                assertThat(before == null || before.equals(asked.content())).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void permutedJsonKeysGiveTheSameKey(long seed) {
        var requests = new RandomRequests(new SplittableRandom(seed));
        for (int i = 0; i < 1_000; i++) {
            Asked asked = requests.asked();
            assertThat(requests.permuted(asked).key()).isEqualTo(asked.key());
        }
    }

    @Test
    void aParameterCountsAsItGoesUpstreamWhoeverSetIt() {
        Deployment warm = Deployment.builder("m")
                .provider("p")
                .parameters(Parameters.UNSET.withTemperature(1))
                .build();
        ChatRequest plain = ChatRequest.of(List.of(Message.user("hello")));
        ChatRequest asksForWarm = ChatRequest.builder(plain.messages())
                .parameters(Parameters.UNSET.withTemperature(1))
                .build();
        assertThat(keyOf("a", "", warm, plain)).isEqualTo(keyOf("a", "", warm, asksForWarm));
        assertThat(keyOf("a", "", MODEL, plain)).isNotEqualTo(keyOf("a", "", MODEL, asksForWarm));
    }

    /** A new field that goes upstream without being part of the key would serve one request's answer to another. */
    @Test
    void everyFieldOfARequestIsKnownToTheKey() {
        assertThat(components(ChatRequest.class))
                .containsExactly("messages", "parameters", "tools", "toolChoice", "responseFormat");
        assertThat(components(Message.class)).containsExactly("role", "parts", "toolCalls", "toolCallId");
        assertThat(components(Parameters.class)).containsExactly("temperature", "maxTokens", "topP", "stop", "seed");
        assertThat(components(Tool.class)).containsExactly("name", "description", "parameters");
        assertThat(components(ToolCall.class)).containsExactly("id", "name", "arguments");
        assertThat(components(ToolChoice.class)).containsExactly("mode", "function");
        assertThat(Part.class.getPermittedSubclasses()).containsExactly(Part.Text.class, Part.ImageUrl.class);
        assertThat(Arrays.stream(Deployment.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers())
                                && !Modifier.isStatic(method.getModifiers())
                                && method.getDeclaringClass() == Deployment.class)
                        .map(Method::getName))
                .as("upstream, contextWindow and price do not go upstream")
                .containsExactlyInAnyOrder(
                        "name",
                        "provider",
                        "upstream",
                        "model",
                        "parameters",
                        "extra",
                        "contextWindow",
                        "price",
                        "hasPrice",
                        "equals",
                        "hashCode",
                        "toString");
    }

    // Strings
    // ------------------------------------------------------------------------------------------------------------

    @Test
    void unpairedSurrogatesDoNotCollapse() {
        List<String> texts =
                List.of("a?b", "a\ud83cb", "a\udfadb", "a\ud83c\udfadb", "a\udfad\ud83cb", "a\ufffdb", "a??b");
        assertThat(texts.stream().map(CacheKeyTest::keyOf)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 2047, 2048, 2049, 4095, 4096, 4097, 8191, 8192, 8193, 20_000})
    void everyCharOfATextCounts(int length) {
        String text = "x".repeat(length);
        CacheKey key = keyOf(text);
        assertThat(keyOf(new String(text.toCharArray()))).isEqualTo(key);
        assertThat(keyOf(text + "x")).isNotEqualTo(key);
        for (int at : new int[] {0, length / 2, length - 1}) {
            for (char c : new char[] {'y', '\u00ff', '\u0100', '\u0178', '\uffff', 0}) {
                if (at >= 0 && at < length) {
                    assertThat(keyOf(text.substring(0, at) + c + text.substring(at + 1)))
                            .as("%d: %x", at, (int) c)
                            .isNotEqualTo(key);
                }
            }
        }
    }

    @Test
    void whereATextEndsAndTheNextBeginsCounts() {
        assertThat(keyOf("ab", "c")).isNotEqualTo(keyOf("a", "bc")).isNotEqualTo(keyOf("abc"));
        assertThat(keyOf("", "abc")).isNotEqualTo(keyOf("abc", "")).isNotEqualTo(keyOf("abc"));
    }

    // JSON
    // ---------------------------------------------------------------------------------------------------------------

    @Test
    void aNumberIsWhatIsWritten() {
        assertThat(keyOfExtra(1)).isEqualTo(keyOfExtra(1L)).isEqualTo(keyOfExtra(new BigDecimal("1")));
        assertThat(keyOfExtra(0.5f)).isEqualTo(keyOfExtra(0.5));
        assertThat(Arrays.asList(1, 1.0, "1", true, null, List.of(1), Map.of("1", 1), 1.5, -1).stream()
                        .map(CacheKeyTest::keyOfExtra))
                .doesNotHaveDuplicates();
    }

    @Test
    void nothingIsNotTheSameAsEmpty() {
        Map<String, Object> withNull = new LinkedHashMap<>();
        withNull.put("x", null);
        assertThat(Arrays.<Object>asList(withNull, Map.of(), List.of(), "", null, "null", false).stream()
                        .map(CacheKeyTest::keyOfExtra))
                .doesNotHaveDuplicates();
    }

    // Golden vectors, computed by a second implementation; they change only together with the schema version
    // ------------------------------------------------------

    @Test
    void aPlainRequestKeepsItsKey() {
        assertThat(keyOf("hello").hex()).isEqualTo("590dcdee1d17ce8a2af63818983d4aa3b7de5d26c639effde349b265bb90cf91");
    }

    @Test
    void aRequestWithEverythingKeepsItsKey() {
        Deployment deployment = Deployment.builder("qa-tuned-v1.3")
                .provider("mistral")
                .model("ft:open-mistral-7b:qa:v1.3")
                .parameters(new Parameters(0.7, 2048, 0.9, List.of("END"), 42L))
                .extra(Map.of("safe_prompt", true, "n", 1, "nothing", List.of(1.5, "x", Map.of())))
                .build();
        ChatRequest request = ChatRequest.builder(List.of(
                        Message.system("Be brief. ".repeat(500)),
                        Message.user(List.of(
                                new Part.Text("Wie heißt das? 代役 \ud83c\udfad"),
                                new Part.ImageUrl("data:image/png;base64,AA=="))),
                        Message.assistant("", List.of(new ToolCall("1", "lookup", "{\"q\": 1}"))),
                        Message.tool("1", "understudy")))
                .parameters(Parameters.UNSET.withTemperature(0))
                .tools(List.of(new Tool("lookup", "Looks up.", Map.of("type", "object", "required", List.of("q")))))
                .toolChoice(ToolChoice.function("lookup"))
                .responseFormat(Map.of("type", "json_object"))
                .build();
        assertThat(keyOf("qa_agent", "tenant-7", deployment, request).hex())
                .isEqualTo("7c8964743d47c377af4bb93bb9a672687d58ebfd4858396348dc183da57c7fa1");
    }

    // Shared state
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void keysComputedAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        List<String> texts = List.of("a".repeat(5_000), "b".repeat(17), "素".repeat(3_000), "");
        List<CacheKey> alone = texts.stream().map(CacheKeyTest::keyOf).toList();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Void> task = () -> {
                for (int i = 0; i < 2_000; i++) {
                    int which = i % texts.size();
                    assertThat(keyOf(texts.get(which))).isEqualTo(alone.get(which));
                }
                return null;
            };
            for (Future<Void> done : threads.invokeAll(List.of(task, task, task, task, task, task, task, task))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @Rule("R28")
    void aKeyShowsNothingThatAPromptCouldBeGuessedBy() {
        assertThat(keyOf("hello"))
                .hasToString("CacheKey[" + keyOf("hello").hex().substring(0, 8) + "...]");
    }

    static CacheKey keyOf(String agent, String scope, Deployment deployment, ChatRequest request) {
        return CacheKey.of(CacheKey.ofLeg(agent, deployment), scope, deployment.parameters(), request);
    }

    private static CacheKey keyOf(String... texts) {
        List<Message> messages = Arrays.stream(texts).map(Message::user).toList();
        return keyOf("qa_agent", "", MODEL, ChatRequest.of(messages));
    }

    private static CacheKey keyOfExtra(Object value) {
        Map<String, Object> extra = new HashMap<>();
        extra.put("x", value);
        Deployment deployment =
                Deployment.builder("m").provider("p").extra(extra).build();
        return keyOf("qa_agent", "", deployment, ChatRequest.of(List.of(Message.user("hello"))));
    }

    private static List<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }
}
