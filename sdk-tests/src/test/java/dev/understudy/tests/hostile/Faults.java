package dev.understudy.tests.hostile;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The faults by name. A name is what follows {@code fault:}; parameters follow it, each after a semicolon. Every fault
 * understands {@code after-ms}: how long the server thinks before it begins.
 *
 * <p>The families: {@link WireFaults} (connections, framing, status lines), {@link SizeFaults} (too much of anything),
 * {@link BodyFaults} (statuses and odd JSON) and {@link StreamFaults} (event streams).
 */
final class Faults {

    static final String PREFIX = "fault:";

    static final String TEXT = HostileServer.TEXT;

    static final Fault ANSWER = exchange -> exchange.finish(Reply.completion(TEXT)
            .with("x-request-id", "req-" + exchange.attempt().number())
            .bytes());

    /** Bytes of no protocol that anybody knows. */
    static final byte[] GARBAGE = "\u0000\u0001\u0002garbage\u00ff\u00fe".getBytes(StandardCharsets.ISO_8859_1);

    private static final Map<String, Function<Parameters, Fault>> BY_NAME = new HashMap<>();

    static {
        WireFaults.addTo(BY_NAME);
        SizeFaults.addTo(BY_NAME);
        BodyFaults.addTo(BY_NAME);
        StreamFaults.addTo(BY_NAME);
    }

    private Faults() {}

    /** All names, in order. */
    static Set<String> names() {
        return new TreeSet<>(BY_NAME.keySet());
    }

    static Fault parse(String text) {
        String[] parts =
                text.substring(text.startsWith(PREFIX) ? PREFIX.length() : 0).split(";");
        Function<Parameters, Fault> factory = BY_NAME.get(parts[0]);
        if (factory == null) {
            throw new IllegalArgumentException("No fault is called " + parts[0]);
        }
        Parameters parameters = new Parameters(text, parts);
        var after = parameters.millis("after-ms", 0);
        Fault fault = factory.apply(parameters);
        parameters.ensureAllUsed();
        return after.isZero()
                ? fault
                : exchange -> {
                    exchange.pause(after);
                    fault.play(exchange);
                };
    }
}
