package dev.understudy.tests.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of calls in flight at once, in a heap of 512 MiB. The server decides: it answers nobody before all of them are
 * there, and it has seen how many there were. Afterwards nothing is left: no permit, no call, no thread, no socket.
 */
@Timeout(120)
class ManyCallsTest {

    private static final int HEAP_MIB = 512;
    private static final Duration SOON = Duration.ofSeconds(60);

    private static PatientServer server;
    private static Crowd crowd;

    /** One JVM for all tests, and a new one after a test that failed. */
    @BeforeEach
    void start() throws Exception {
        if (crowd == null) {
            stop();
            server = PatientServer.start();
            crowd = Crowd.start(server, HEAP_MIB);
        }
    }

    @AfterEach
    void startAnewAfterAFailure() {
        if (crowd != null && !crowd.isIdle()) {
            stop();
        }
    }

    @AfterAll
    static void stop() {
        if (crowd != null) {
            crowd.close();
            crowd = null;
        }
        if (server != null) {
            server.close();
            server = null;
        }
    }

    @Test
    @Rule({"R5", "R6", "R25", "R29", "R30"})
    void ten_thousand_calls_are_in_flight_at_once_on_virtual_threads() throws Exception {
        assumeTrue(VirtualThreads.exist(), "virtual threads came with JDK 21; here a thousand platform threads call");
        answersAll(Callers.Way.VIRTUAL, 10_000, 500);
    }

    @Test
    @Rule({"R5", "R6", "R25", "R29", "R30"})
    void a_thousand_calls_are_in_flight_at_once_on_platform_threads() throws Exception {
        answersAll(Callers.Way.PLATFORM, 1_000, 100);
    }

    @ParameterizedTest
    @EnumSource(
            value = Callers.Way.class,
            names = {"ASYNC", "STREAM"})
    @Rule({"R5", "R6", "R25", "R29", "R30"})
    void a_thousand_are_in_flight_at_once_however_they_call(Callers.Way way) throws Exception {
        answersAll(way, 1_000, 100);
    }

    @ParameterizedTest
    @CsvSource({
        "PLATFORM, INTERRUPT, 1000",
        "VIRTUAL, INTERRUPT, 1000",
        "ASYNC, CANCEL, 1000",
        "STREAM, DEADLINE, 1000",
        "ASYNC, CLOSE, 1000"
    })
    @Rule({"R4", "R5", "R6", "R25", "R30"})
    void a_thousand_are_ended_at_once(Callers.Way way, Callers.End end, int number) throws Exception {
        assumeTrue(way != Callers.Way.VIRTUAL || VirtualThreads.exist(), "virtual threads came with JDK 21");
        endsAll(way, end, number);
    }

    @ParameterizedTest
    @CsvSource({
        "VIRTUAL, INTERRUPT, 10000",
        "ASYNC, CANCEL, 10000",
        "VIRTUAL, DEADLINE, 10000",
        "STREAM, DEADLINE, 10000",
        "VIRTUAL, CLOSE, 10000",
        "STREAM, CLOSE, 10000"
    })
    @Tag("soak")
    @Rule({"R4", "R5", "R6", "R25", "R30"})
    void ten_thousand_are_ended_at_once(Callers.Way way, Callers.End end, int number) throws Exception {
        assumeTrue(VirtualThreads.exist(), "virtual threads came with JDK 21");
        endsAll(way, end, number);
    }

    /** All call, more of them than may; the server waits until as many are there as may be. */
    private static void answersAll(Callers.Way way, int permits, int more) throws Exception {
        int all = permits + more;
        String model = Callers.MODEL;
        server.forget(model).gather(model, permits);

        crowd.call(way, Callers.End.ANSWER, permits, more).until("again");

        assertThat(crowd.ends()).as(crowd.story()).isEqualTo(Map.of("answer", all));
        assertThat(server.requests(model)).as("what the server saw").isEqualTo(all);
        assertThat(server.peak(model)).as("what it saw at once").isEqualTo(permits);
        assertThat(server.abandoned(model)).as("given up").isZero();
        assertThat(crowd.number("attempts"))
                .as("attempts are what the server saw")
                .isEqualTo(all);
        conserves(Map.of("success", all));
        leavesNothing(permits);
    }

    /** All are on the wire, and then something ends all of them. */
    private static void endsAll(Callers.Way way, Callers.End end, int number) throws Exception {
        String model = Callers.MODEL;
        server.forget(model).hold(model);

        crowd.call(way, end, number, 0);
        if (end != Callers.End.DEADLINE) {
            crowd.until("begun");
            assertThat(server.await(() -> server.inFlight(model) == number, SOON))
                    .as("all of them are on the wire")
                    .isTrue();
            crowd.goOn();
        }
        boolean late = end == Callers.End.DEADLINE;
        crowd.until(late ? "heal" : end == Callers.End.CLOSE ? "closed" : "again");

        assertThat(crowd.ends()).as(crowd.story()).isEqualTo(Map.of(late ? "timeout" : "cancelled", number));
        assertThat(crowd.number("flagged"))
                .as("interrupt flags kept")
                .isEqualTo(end == Callers.End.INTERRUPT ? number : 0);
        assertThat(server.await(() -> server.abandoned(model) == server.requests(model), SOON))
                .as("the server sees every connection closed")
                .isTrue();
        if (late) {
            // A busy machine may not get all of them there before it is over; those were attempts, but no requests yet.
            assertThat(server.requests(model)).isBetween(1, number);
            assertThat(crowd.number("attempts")).isBetween(server.requests(model), number);
        } else {
            assertThat(server.peak(model)).as("what it saw at once").isEqualTo(number);
            assertThat(server.requests(model)).as("nobody is asked again").isEqualTo(number);
            assertThat(crowd.number("attempts")).isEqualTo(number);
        }
        conserves(Map.of(late ? "error" : "cancelled", number));
        if (late) {
            server.release(model);
            crowd.goOn().until("again");
        }
        leavesNothing(end == Callers.End.CLOSE ? 0 : number);
    }

    private static void conserves(Map<String, Integer> outcomes) {
        for (String outcome : new String[] {"success", "degraded", "error", "cancelled"}) {
            assertThat(crowd.number("requests." + outcome)).as(outcome).isEqualTo(outcomes.getOrDefault(outcome, 0));
        }
    }

    /** Nothing now; as many permits as before, for as many are on the wire once more; and nothing at all after the end. */
    private static void leavesNothing(int permits) throws Exception {
        assertThat(crowd.number("inflight")).isZero();
        assertThat(crowd.number("queue")).isZero();
        assertThat(crowd.number("kept")).as("requests and answers in memory").isZero();
        assertThat(crowd.pinned()).as("waited, and held on to the carrier").isEmpty();
        if (permits > 0) {
            server.forget(Callers.MODEL).gather(Callers.MODEL, permits);
            crowd.goOn().until("closed");
            assertThat(crowd.number("again.answers")).isEqualTo(permits);
            assertThat(server.peak(Callers.MODEL)).as("every permit is back").isEqualTo(permits);
        }
        assertThat(server.await(() -> server.connections() == 0, SOON))
                .as("no socket is left at the server")
                .isTrue();
        crowd.goOn().until("over");
        assertThat(crowd.number("files.left")).as("sockets and files").isZero();
        assertThat(crowd.fact("threads.left")).as("threads").isEqualTo("[]");
        assertThat(crowd.fact("virtual.left")).as("virtual threads").isEqualTo("[]");
    }
}
