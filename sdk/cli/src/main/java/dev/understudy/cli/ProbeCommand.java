package dev.understudy.cli;

import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationReader;
import dev.understudy.time.Waiting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code probe}: one real call to each model of each agent. */
@Command(
        name = "probe",
        description =
                "Asks each agent's models one short question, and says how long the answer took, with which status it"
                        + " came, and whether the key was accepted. The key is not shown. No retry, no fallback, no cache: what is"
                        + " seen is the model. Costs a few tokens.")
final class ProbeCommand extends FileCommand {

    @Parameters(paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--agent", paramLabel = "A", description = "Only this agent.")
    private @Nullable String agent;

    @Override
    Path file() {
        return file;
    }

    @Override
    public Integer call() {
        Configuration configuration = ConfigurationReader.installed().read(file);
        List<Probe> probes = new ArrayList<>();
        for (AgentSettings settings : agents(configuration, agent)) {
            for (Variant variant : Variant.values()) {
                String model = variant == Variant.BASELINE ? settings.baseline() : settings.candidate();
                if (model != null) {
                    probes.add(new Probe(settings, variant, model, configuration));
                }
            }
        }
        return run(probes);
    }

    private int run(List<Probe> probes) {
        Waiting waiting = Waiting.system();
        Map<String, ProviderClient> clients = new HashMap<>();
        List<Probe.Result> results = new ArrayList<>();
        try {
            for (Probe probe : probes) {
                Probe.Result result = probe.run(clients, waiting);
                results.add(result);
                if (json) {
                    out().println(result.json());
                }
            }
        } finally {
            clients.values().forEach(ProviderClient::close);
            waiting.close();
        }
        if (!json) {
            print(results);
        }
        return results.stream().allMatch(Probe.Result::answered) ? Understudy.OK : Understudy.NO;
    }

    private void print(List<Probe.Result> results) {
        Table table = new Table("AGENT", "VARIANT", "MODEL", ">STATUS", ">LATENCY", "KEY", "RESULT");
        for (Probe.Result result : results) {
            table.row(
                    result.agent(),
                    result.variant(),
                    result.model(),
                    result.status() == 0 ? "-" : result.status(),
                    result.latencyMillis() + " ms",
                    result.key(),
                    result.outcome());
        }
        out().print(table);
        for (Probe.Result result : results) {
            if (result.message() != null) {
                out().println();
                String sentence = result.agent() + ", " + result.variant() + ": " + Table.harmless(result.message());
                Table.wrap(sentence, Table.WIDTH).forEach(out()::println);
            }
        }
    }
}
