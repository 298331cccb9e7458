package dev.understudy.examples;

import dev.understudy.examples.ModelServer.Mood;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What is played: a configuration, a story, and how much faster than in reality the traffic comes.
 *
 * @param yaml the configuration, with {@link #ADDRESS} where the model server's address belongs
 * @param phases the story
 * @param speed how many seconds of the trace are played in one
 */
record Scenario(String yaml, List<Phase> phases, double speed) {

    /** The address in the file. */
    static final String ADDRESS = "http://127.0.0.1:8089/v1";

    Scenario {
        phases = List.copyOf(phases);
        if (!yaml.contains(ADDRESS)) {
            throw new IllegalArgumentException("The configuration has no provider at " + ADDRESS);
        }
    }

    /** The quickstart, Friday evening: 46 seconds. */
    static Scenario quickstart() throws IOException {
        return new Scenario(yamlOfTheQuickstart(), phases(26, 10, 10), 6);
    }

    /** The story, with so many seconds for each part. */
    static List<Phase> phases(int well, int slow, int healed) {
        return List.of(
                new Phase(
                        well,
                        Mood.WELL,
                        "Friday evening. v1.3 is deployed: 1 % of the users get it, and the ramp climbs by itself."),
                new Phase(
                        slow, Mood.SLOW, "v1.3 turns slow: 680 to 890 ms for an answer, when callers wait for 500 ms."),
                new Phase(
                        healed,
                        Mood.WELL,
                        "v1.3 is well again. Nobody is sent back to it: the rollback stays until a person re-arms it."));
    }

    static String yamlOfTheQuickstart() throws IOException {
        return yaml("quickstart.yaml");
    }

    /** Reads a configuration that comes with the examples. */
    static String yaml(String name) throws IOException {
        try (InputStream resource = Scenario.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new FileNotFoundException(name);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Writes the configuration for one server into a folder. */
    Path configuration(Path folder, ModelServer server) throws IOException {
        return Files.writeString(folder.resolve("understudy.yaml"), yaml.replace(ADDRESS, server.baseUrl()));
    }

    Duration length() {
        return Duration.ofSeconds(phases.stream().mapToInt(Phase::seconds).sum());
    }
}
