package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A real Prometheus that scrapes one service every second, with the shipped configuration and recording rules. */
final class PrometheusServer implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path log;
    private final int port;
    private final Process process;
    private final Thread lastResort;

    private PrometheusServer(Path log, int port, Process process) {
        this.log = log;
        this.port = port;
        this.process = process;
        lastResort = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** Starts on a free port; what it keeps goes into the folder. */
    static PrometheusServer scraping(int target, Path folder) throws IOException {
        Path shipped = Page.root().resolve("docs/operations");
        Path configuration = Files.writeString(
                folder.resolve("prometheus.yml"),
                Files.readString(shipped.resolve("prometheus-example.yml"))
                        .replace("127.0.0.1:9464", "127.0.0.1:" + target));
        Files.writeString(
                folder.resolve("recording-rules.yaml"),
                Files.readString(shipped.resolve("recording-rules.yaml")).replace("interval: 15s", "interval: 1s"));
        int port = freePort();
        Path log = folder.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new PrometheusServer(log, port, process);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The answer to a query, in its own notation: series and value, a line each; what a target is called is left out. */
    List<String> query(String promql) throws IOException, InterruptedException {
        assertThat(process.isAlive()).describedAs("Prometheus runs: %s", log).isTrue();
        URI address = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                + URLEncoder.encode(promql, StandardCharsets.UTF_8));
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).describedAs(response.body()).isEqualTo(200);
        Map<?, ?> answer = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(response.body());
        assertThat(answer.get("status")).isEqualTo("success");
        List<?> series = (List<?>) ((Map<?, ?>) answer.get("data")).get("result");
        return series.stream().map(one -> line((Map<?, ?>) one)).sorted().toList();
    }

    private static String line(Map<?, ?> series) {
        Map<String, Object> labels = new TreeMap<>();
        ((Map<?, ?>) series.get("metric")).forEach((name, value) -> labels.put(String.valueOf(name), value));
        labels.keySet().removeAll(List.of("job", "instance"));
        Object metric = labels.remove("__name__");
        String shown = labels.entrySet().stream()
                .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
                .collect(Collectors.joining(",", "{", "}"));
        return (metric == null ? "" : metric) + shown + " " + ((List<?>) series.get("value")).get(1);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
