package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bad certificate is, and what only looks like one. */
class TlsTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    Path directory;

    private interface Behaviour {
        void meet(Socket client) throws Exception;
    }

    private static void serve(ServerSocket server, Behaviour behaviour) {
        Thread thread = new Thread(() -> {
            while (true) {
                try (Socket client = server.accept()) {
                    behaviour.meet(client);
                } catch (Exception e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static ChatException failure(ServerSocket server, Duration timeout) {
        try (Caller caller = new Caller(URI.create("https://localhost:" + server.getLocalPort() + "/v1"))) {
            return caller.failure(timeout);
        }
    }

    /** A server that nobody vouches for. */
    private ServerSocket selfSigned() throws Exception {
        Path file = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD,
                        "-storetype",
                        "PKCS12")
                .redirectErrorStream(true)
                .start();
        try (InputStream out = keytool.getInputStream()) {
            out.readAllBytes();
        }
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context.getServerSocketFactory().createServerSocket(0);
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_told_straight() throws Exception {
        try (ServerSocket server = selfSigned()) {
            serve(server, client -> client.getInputStream().read());
            ChatException failure = failure(server, Duration.ofSeconds(20));
            assertThat(failure.kind()).isEqualTo(FailureKind.CERTIFICATE);
            assertThat(failure).hasMessageContaining("certificate");
        }
    }

    @Test
    void a_reset_within_the_handshake_is_a_transport_failure() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            serve(server, client -> {
                client.getInputStream().read();
                client.setSoLinger(true, 0);
            });
            assertThat(failure(server, Duration.ofSeconds(20)).kind()).isEqualTo(FailureKind.TRANSPORT);
        }
    }

    @Test
    void a_server_that_speaks_no_tls_is_a_transport_failure() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            serve(server, client -> {
                client.getInputStream().read();
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes("US-ASCII"));
            });
            assertThat(failure(server, Duration.ofSeconds(20)).kind()).isEqualTo(FailureKind.TRANSPORT);
        }
    }

    @Test
    void silence_within_the_handshake_ends_at_the_deadline() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0)) {
            serve(server, client -> {
                try {
                    client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } finally {
                    closed.countDown();
                }
            });
            assertThat(failure(server, Duration.ofMillis(400)).kind()).isEqualTo(FailureKind.TIMEOUT);
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
