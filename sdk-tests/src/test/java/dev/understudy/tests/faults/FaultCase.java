package dev.understudy.tests.faults;

import dev.understudy.error.FailureKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A line of {@code faults.txt}: what the upstream does, and what must follow from it.
 *
 * @param fault its name in the hostile server's catalogue
 * @param surfaces the exception's simple name, or {@code answer}
 * @param kind the row of the failure table, or how complete the answer is
 * @param retried whether the same model is tried again
 * @param fallsBack whether the baseline may answer instead
 * @param breaker what the model's breaker or limiter learns
 * @param alerts whether somebody is told
 */
record FaultCase(
        String fault,
        String surfaces,
        String kind,
        boolean retried,
        boolean fallsBack,
        String breaker,
        boolean alerts) {

    private static final String TABLE = "faults.txt";

    static List<FaultCase> all() {
        try (InputStream file = Objects.requireNonNull(FaultCase.class.getResourceAsStream(TABLE), TABLE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(FaultCase::parse)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static FaultCase parse(String line) {
        List<String> cells = Arrays.stream(line.split("\\|")).map(String::trim).toList();
        if (cells.size() != 7) {
            throw new IllegalArgumentException("A case has 7 cells: " + line);
        }
        return new FaultCase(
                cells.get(0),
                cells.get(1),
                cells.get(2),
                cells.get(3).equals("1"),
                cells.get(4).equals("1"),
                cells.get(5),
                cells.get(6).equals("1"));
    }

    boolean answered() {
        return surfaces.equals("answer");
    }

    FailureKind failure() {
        return FailureKind.valueOf(kind);
    }

    int attemptsWithFallback() {
        return retried ? 2 : 1;
    }

    int attemptsWithoutFallback() {
        return retried ? 3 : 1;
    }

    @Override
    public String toString() {
        return fault;
    }
}
