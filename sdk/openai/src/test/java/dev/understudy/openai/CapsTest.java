package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What is larger than it may be is not read to its end, and its connection is closed at once. */
@Rule({"R29", "R4"})
class CapsTest {

    private final CountDownLatch closed = new CountDownLatch(1);

    private ChatException failure(LoopbackServer.Script script) throws InterruptedException {
        try (LoopbackServer server = new LoopbackServer((request, wire) -> {
                    try {
                        script.answer(request, wire);
                    } catch (IOException e) {
                        closed.countDown();
                        throw e;
                    }
                    wire.awaitClose(closed);
                });
                Caller caller = new Caller(server)) {
            ChatException failure = caller.failure();
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
            return failure;
        }
    }

    @Test
    void a_length_beyond_the_cap_is_enough() throws InterruptedException {
        ChatException failure = failure((request, wire) ->
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + (Caps.BODY_BYTES + 1) + "\r\n\r\n{"));
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void a_body_without_end_ends_at_the_cap() throws InterruptedException {
        byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                wire.send(chunk);
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void a_text_without_end_ends_at_the_cap() throws InterruptedException {
        byte[] text = "a".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n\r\n{\"choices\":[{\"message\":{\"content\":\"");
            while (true) {
                wire.send(text);
            }
        });
        assertThat(failure.kind()).isIn(FailureKind.TOO_LARGE, FailureKind.MALFORMED);
    }

    @Test
    void a_bomb_is_counted_unpacked() throws InterruptedException, IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            byte[] blank = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 100; i++) {
                out.write(blank);
            }
        }
        ChatException failure =
                failure((request, wire) -> wire.respond(200, packed.toByteArray(), "Content-Encoding: gzip"));
        assertThat(packed.size()).isLessThan(1 << 20);
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void a_name_without_end_in_a_packed_body_is_counted_packed() throws InterruptedException {
        byte[] name = "n".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
            wire.send(new byte[] {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 0});
            while (true) {
                wire.send(name);
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void headers_without_end_end_somewhere() throws InterruptedException {
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n");
            for (int i = 0; ; i++) {
                wire.send("X-" + i + ": " + "y".repeat(1000) + "\r\n");
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void more_tool_calls_than_tools_can_be_are_too_many() throws InterruptedException {
        String call = "{\"function\":{\"name\":\"f\",\"arguments\":\"\"}},";
        ChatException failure = failure((request, wire) -> wire.send(
                "HTTP/1.1 200 OK\r\n\r\n" + "{\"choices\":[{\"message\":{\"tool_calls\":[" + call.repeat(2000)));
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void memory_for_responses_is_shared_and_given_back() throws IOException {
        MemoryBudget memory = new MemoryBudget(3 * MemoryBudget.STEP_BYTES);
        MemoryBudget.Ration first = memory.new Ration();
        MemoryBudget.Ration second = memory.new Ration();
        first.atLeast(MemoryBudget.STEP_BYTES);
        assertThat(memory.usedBytes()).as("small ones are not counted").isZero();
        first.atLeast(3 * MemoryBudget.STEP_BYTES);
        second.atLeast(2 * MemoryBudget.STEP_BYTES);
        assertThat(memory.usedBytes()).isEqualTo(3 * MemoryBudget.STEP_BYTES);
        assertThatThrownBy(() -> second.atLeast(3 * MemoryBudget.STEP_BYTES)).isInstanceOf(TooLarge.class);
        first.release();
        second.atLeast(3 * MemoryBudget.STEP_BYTES);
        second.release();
        second.release();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void an_answer_that_is_counted_gives_its_memory_back() {
        String text = "a".repeat(1 << 20);
        try (LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER.replace("Hello.", text));
                Caller caller = new Caller(server)) {
            assertThat(caller.chat().text()).isEqualTo(text);
        }
        assertThat(MemoryBudget.OF_THE_PROCESS.usedBytes()).isZero();
    }

    @Test
    void headers_of_one_letter_are_counted_too() throws InterruptedException {
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n");
            while (true) {
                wire.send("a\r\n".repeat(1000));
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void a_chunk_whose_size_never_ends_ends_with_the_memory_for_it() throws InterruptedException {
        byte[] extension = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
            while (true) {
                wire.send(extension);
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }
}
