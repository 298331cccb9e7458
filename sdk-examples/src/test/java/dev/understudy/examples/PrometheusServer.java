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
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A real Prometheus that scrapes one service every second, with the shipped configuration and rules. */
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
        for (Path rules : List.of(Rules.RECORDS, Rules.ALERTS)) {
            // No other change: what is tested is what is shipped.
            Files.writeString(
                    folder.resolve(rules.getFileName()),
                    Files.readString(rules).replaceAll("interval: (15s|1m)", "interval: 1s"));
        }
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
        Map<?, ?> data = (Map<?, ?>) get("query?query=" + URLEncoder.encode(promql, StandardCharsets.UTF_8));
        return Rules.maps(data.get("result")).stream()
                .map(PrometheusServer::line)
                .sorted()
                .toList();
    }

    /** The names of all series. */
    List<String> names() throws IOException, InterruptedException {
        return ((List<?>) get("label/__name__/values"))
                .stream().map(String::valueOf).toList();
    }

    /** How each rule does, by its name: {@code ok} where it could be evaluated. */
    Map<String, String> rules() throws IOException, InterruptedException {
        Map<String, String> health = new TreeMap<>();
        for (Map<?, ?> group : Rules.maps(((Map<?, ?>) get("rules")).get("groups"))) {
            Rules.maps(group.get("rules"))
                    .forEach(rule -> health.put(String.valueOf(rule.get("name")), String.valueOf(rule.get("health"))));
        }
        return health;
    }

    /** The names of the alerts that are {@code pending} or {@code firing}. */
    Set<String> alerts(String state) throws IOException, InterruptedException {
        return Rules.maps(((Map<?, ?>) get("alerts")).get("alerts")).stream()
                .filter(alert -> state.equals(alert.get("state")))
                .map(alert -> String.valueOf(Dashboard.at(alert, "labels", "alertname")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Object get(String what) throws IOException, InterruptedException {
        assertThat(process.isAlive()).describedAs("Prometheus runs: %s", log).isTrue();
        URI address = URI.create("http://127.0.0.1:" + port + "/api/v1/" + what);
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        assertThat(response.statusCode())
                .describedAs("%s: %s", what, response.body())
                .isEqualTo(200);
        Map<?, ?> answer = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(response.body());
        assertThat(answer.get("status")).isEqualTo("success");
        return Objects.requireNonNull(answer.get("data"));
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
