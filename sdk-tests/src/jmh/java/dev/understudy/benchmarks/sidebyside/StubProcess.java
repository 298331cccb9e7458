package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A {@link StubServer} in a process of its own, until it is closed or we end: it reads our end of a pipe. */
final class StubProcess implements AutoCloseable {

    private final Process process;
    private final String address;

    private StubProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    static StubProcess start() throws IOException {
        Process process = new ProcessBuilder(
                        Jdk.thisOne().java(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StubServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String port = process.inputReader(StandardCharsets.US_ASCII).readLine();
        if (port == null) {
            throw new IOException("The stub did not start");
        }
        return new StubProcess(process, "http://127.0.0.1:" + port);
    }

    String address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
