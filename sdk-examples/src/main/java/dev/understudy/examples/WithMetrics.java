package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.Message;
import dev.understudy.micrometer.MicrometerListener;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.List;

/** One call, and what Prometheus would scrape after it. */
public final class WithMetrics {

    private WithMetrics() {}

    /**
     * Asks the example's model server and prints the meters.
     *
     * @param args none
     * @throws Exception if the model server does not start
     */
    public static void main(String[] args) throws Exception {
        try (ModelServer server = ModelServer.start();
                TemporaryFolder folder = new TemporaryFolder()) {
            Path file = Scenario.quickstart().configuration(folder.path(), server);
            PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            try (ModelRegistry registry = ModelRegistry.builder()
                    .configFile(file)
                    .listener(new MicrometerListener(meters))
                    .build()) {
                registry.chat("qa_agent", List.of(Message.user("Where is my parcel?")));
                System.out.println(meters.scrape());
            }
        }
    }
}
