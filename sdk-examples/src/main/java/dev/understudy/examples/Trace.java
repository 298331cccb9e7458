package dev.understudy.examples;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a production LLM service was asked for: when, and how many tokens. It holds no text.
 *
 * @param arrivals in order of time
 */
record Trace(List<Arrival> arrivals) {

    /**
     * One call.
     *
     * @param seconds when it came, since the start of the trace
     * @param contextTokens tokens of the prompt
     * @param generatedTokens tokens of the answer
     */
    record Arrival(double seconds, int contextTokens, int generatedTokens) {

        private static Arrival parse(String row) {
            String[] cells = row.split(",", -1);
            return new Arrival(Double.parseDouble(cells[0]), Integer.parseInt(cells[1]), Integer.parseInt(cells[2]));
        }
    }

    Trace {
        arrivals = List.copyOf(arrivals);
    }

    /** When it ends: with its last arrival. */
    double seconds() {
        return arrivals.get(arrivals.size() - 1).seconds();
    }

    /** Reads the fifteen minutes that come with the examples; source and licence stand at the head of the file. */
    static Trace load() throws IOException {
        String name = "azure-llm-trace-2023-conv-15min.csv";
        try (InputStream resource = Trace.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new FileNotFoundException(name);
            }
            BufferedReader rows = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8));
            return new Trace(rows.lines()
                    .filter(row -> !row.isEmpty() && Character.isDigit(row.charAt(0)))
                    .map(Arrival::parse)
                    .collect(Collectors.toList()));
        }
    }
}
