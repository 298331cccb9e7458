package dev.understudy.examples;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the orchestrator is started.
 *
 * @param folder where configuration, state and token are kept
 * @param port where health, metrics and console are served; 0 for any free one
 * @param modelsPort where the models are; 0 for any free one
 * @param speed how many seconds of the trace are played in one
 * @param incidentAfter when the incident plays by itself, or null for never
 * @param end how long it runs, or null until it is stopped
 */
record OrchestratorOptions(
        Path folder,
        int port,
        int modelsPort,
        double speed,
        @Nullable Duration incidentAfter,
        @Nullable Duration end) {

    static final OrchestratorOptions DEFAULT =
            new OrchestratorOptions(Path.of("understudy-example"), 9464, 9465, 6, null, null);

    static final String USAGE = """
            Options of the orchestrator, as in -Dexec.args="--speed 3 --incident-after 20s":

              --folder <folder>         where configuration, state and token are kept (understudy-example)
              --port <port>             of console, health and metrics on 127.0.0.1 (9464)
              --models-port <port>      of the model server on 127.0.0.1 (9465)
              --speed <number>          how many seconds of the trace are played in one (6: some 40 calls a second)
              --incident-after <time>   plays the incident by itself, after so many seconds or minutes: 20s, 2m
              --for <time>              ends after that time; without it: with Ctrl-C
            """;

    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(s|m|h)");

    OrchestratorOptions {
        if (!(speed > 0 && speed <= 100)) {
            throw new IllegalArgumentException("--speed must be a number above 0 and at most 100");
        }
    }

    /** Reads them from the command line; what is wrong is an IllegalArgumentException that says what would be right. */
    static OrchestratorOptions parse(List<String> args) {
        OrchestratorOptions options = DEFAULT;
        Iterator<String> rest = args.iterator();
        while (rest.hasNext()) {
            String name = rest.next();
            if (!name.startsWith("--")) {
                throw new IllegalArgumentException("'" + name + "' is not an option");
            }
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(name + " has no value");
            }
            options = options.with(name, rest.next());
        }
        return options;
    }

    private OrchestratorOptions with(String name, String value) {
        return switch (name) {
            case "--folder" -> new OrchestratorOptions(Path.of(value), port, modelsPort, speed, incidentAfter, end);
            case "--port" -> new OrchestratorOptions(folder, port(name, value), modelsPort, speed, incidentAfter, end);
            case "--models-port" -> new OrchestratorOptions(folder, port, port(name, value), speed, incidentAfter, end);
            case "--speed" -> new OrchestratorOptions(folder, port, modelsPort, number(value), incidentAfter, end);
            case "--incident-after" -> new OrchestratorOptions(folder, port, modelsPort, speed, time(name, value), end);
            case "--for" -> new OrchestratorOptions(folder, port, modelsPort, speed, incidentAfter, time(name, value));
            default -> throw new IllegalArgumentException(name + " is not known");
        };
    }

    /** What is no number is out of bounds as well. */
    private static double number(String value) {
        return value.matches("\\d{1,9}(\\.\\d{1,9})?") ? Double.parseDouble(value) : Double.NaN;
    }

    private static int port(String name, String value) {
        if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65_535) {
            throw new IllegalArgumentException(name + " must be from 0 to 65535");
        }
        return Integer.parseInt(value);
    }

    private static Duration time(String name, String value) {
        Matcher time = TIME.matcher(value);
        if (!time.matches()) {
            throw new IllegalArgumentException(name + " must be a time such as 20s, 5m or 1h");
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
