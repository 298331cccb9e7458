package dev.understudy.tests.faults;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A TLS server with a certificate that nobody signed, who counts what he is told. */
final class Stranger implements AutoCloseable {

    private static final String PASSWORD = "changeit";

    private final SSLServerSocket socket;
    private final AtomicLong heard = new AtomicLong();

    Stranger(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(selfSigned(directory.resolve("stranger.p12")), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        socket = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(this::listen, "stranger");
        thread.setDaemon(true);
        thread.start();
    }

    /** The JDK can make a certificate by its tool only. */
    private static KeyStore selfSigned(Path file) throws IOException, GeneralSecurityException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "stranger",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(new File(file + ".log"))
                .start();
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + Files.readString(Path.of(file + ".log")));
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void listen() {
        while (!socket.isClosed()) {
            try (SSLSocket peer = (SSLSocket) socket.accept()) {
                peer.startHandshake();
                while (peer.getInputStream().read() >= 0) {
                    heard.incrementAndGet();
                }
            } catch (IOException refused) {
                // Nobody trusts a stranger.
            }
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Bytes that came after a handshake. */
    long heard() {
        return heard.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
