package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Message;
import dev.understudy.error.FailureKind;
import dev.understudy.error.TransportException;
import dev.understudy.event.Event;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.HostileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The candidate's provider cannot be reached at all, or is not who it should be. */
@ExtendWith(CanaryWatch.class)
@Rule({"R1", "R14", "R16", "R28"})
class UnreachableTest {

    @Test
    void nobody_listens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        assertFallsBack(URI.create("http://127.0.0.1:" + port + "/v1"), FailureKind.TRANSPORT);
    }

    @Test
    void the_name_is_not_known() {
        assertFallsBack(URI.create("https://no-such-host.invalid/v1"), FailureKind.TRANSPORT);
    }

    @Test
    void the_connection_never_comes_about() throws IOException {
        List<Socket> line = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            // Fills the line of those who wait to be accepted, until the system answers nobody any more.
            boolean full = false;
            while (!full && line.size() < 20) {
                Socket socket = new Socket();
                line.add(socket);
                try {
                    socket.connect(new InetSocketAddress("127.0.0.1", deaf.getLocalPort()), 200);
                } catch (SocketTimeoutException unheard) {
                    full = true;
                }
            }
            assertThat(full).as("nobody is heard any more").isTrue();

            assertFallsBack(URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/v1"), FailureKind.TIMEOUT);
        } finally {
            for (Socket socket : line) {
                socket.close();
            }
        }
    }

    @Test
    void the_request_is_not_read() throws IOException {
        // Accepts, and takes what the system's buffers take: the client is stuck in the middle of its request.
        try (ServerSocket deaf = new ServerSocket()) {
            deaf.setReceiveBufferSize(
                    4096); // so that less than 6 MB fill all buffers, which the baseline must read in time
            deaf.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            List<Message> question = List.of(Message.user("long ".repeat(1_200_000)));
            for (Face face : Face.all()) {
                try (World world = World.builder()
                        .candidateUrl(URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/v1"))
                        .timeout(Duration.ofSeconds(6))
                        .build()) {
                    world.server().script(BASELINE, "answer");

                    Result result = face.call(world.registry(), World.AGENT, question, CallOptions.DEFAULT);

                    assertThat(result.response().model()).isEqualTo(BASELINE);
                    assertThat(result.response().degradedBecause()).contains(FailureKind.TIMEOUT);
                    assertThat(result.took()).isLessThan(Duration.ofMillis(6_250));
                }
            }
        }
    }

    @Test
    void tls_is_answered_with_garbage() {
        try (HostileServer plain = HostileServer.start()) {
            assertFallsBack(URI.create("https://127.0.0.1:" + plain.port() + "/v1"), FailureKind.TRANSPORT);
            assertThat(plain.log().unreadable()).isNotEmpty();
            assertThat(plain.log().attempts()).isEmpty();
        }
    }

    private static void assertFallsBack(URI candidate, FailureKind reason) {
        for (Face face : Face.all()) {
            try (World world = World.builder().candidateUrl(candidate).build()) {
                world.server().script(BASELINE, "answer");

                Result result = world.call(face, CallOptions.DEFAULT);

                assertThat(result.response().model()).isEqualTo(BASELINE);
                assertThat(result.response().degradedBecause()).contains(reason);
                assertThat(result.took()).isLessThan(World.TIMEOUT.plusMillis(250));
            }
            try (World world = World.builder().candidateUrl(candidate).build()) {
                Result result = world.call(
                        face, CallOptions.builder().useFallback(false).build());

                assertThat(result.exception().kind()).isEqualTo(reason);
                assertThat(result.took()).isLessThan(World.TIMEOUT.plusMillis(250));
                CanaryWatch.check(result.exception());
                assertThat(world.server().log().attempts()).isEmpty();
            }
        }
    }

    @Test
    void a_stranger_with_a_certificate_of_his_own_gets_no_key_and_nobody_is_sent_elsewhere(@TempDir Path directory)
            throws Exception {
        try (Stranger stranger = new Stranger(directory);
                World world = World.builder()
                        .candidateUrl(URI.create("https://127.0.0.1:" + stranger.port() + "/v1"))
                        .build()) {
            // The first handshake of a JVM takes long.
            Result result = world.call(
                    Face.CHAT,
                    CallOptions.builder().timeout(Duration.ofSeconds(20)).build());

            assertThat(result.exception()).isInstanceOf(TransportException.class);
            assertThat(result.exception().kind()).isEqualTo(FailureKind.CERTIFICATE);
            assertThat(stranger.heard()).as("not a byte of the request").isZero();
            assertThat(world.attempts(BASELINE)).isEmpty();
            assertThat(world.events().of(Event.Alert.class))
                    .extracting(Event.Alert::kind)
                    .containsExactly(FailureKind.CERTIFICATE);
            assertThat(world.events().of(Event.AttemptFinished.class))
                    .as("tried once")
                    .hasSize(1);
            CanaryWatch.check(result.exception());
            assertThat(world.circuit(CANDIDATE).tag()).isEqualTo("closed");
        }
    }
}
