package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Puts the SDK beside its neighbours: measures part after part, prints the tables and writes them to {@code side-by-side.md}. The
 * system property {@code side.by.side.jdk} names the home of a second JDK, with virtual threads.
 */
public final class SideBySide {

    private SideBySide() {}

    /**
     * Measures.
     *
     * @param arguments the folder for the result, and which parts: {@code all}, or some of {@code
     *     speed,streaming,in-flight,incident}
     * @throws Exception if a part could not be measured at all
     */
    public static void main(String[] arguments) throws Exception {
        List<Jdk> jdks = jdks();
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("speed", new Speed());
        parts.put("streaming", new Streaming());
        parts.put("in-flight", new InFlight(jdks));
        parts.put("incident", new IncidentPart());
        List<String> wanted =
                arguments[1].equals("all") ? List.copyOf(parts.keySet()) : List.of(arguments[1].split(","));
        if (!parts.keySet().containsAll(wanted)) {
            throw new IllegalArgumentException("side.by.side is all, or some of " + parts.keySet() + ", not " + wanted);
        }
        Path file = Path.of(arguments[0]).resolve("side-by-side.md");
        Report report = new Report();
        String loadBefore = load();
        boolean complete = true;
        for (String part : wanted) {
            complete &= parts.get(part).run(report);
            Files.writeString(file, report.toString()); // what there is, should the next part break off
        }
        report.paragraph(machine(jdks) + " Load average before " + loadBefore + " and after " + load() + ".");
        Files.writeString(file, report.toString());
        System.out.println(report);
        Progress.say("written to %s", file);
        System.exit(complete ? 0 : 1);
    }

    private static List<Jdk> jdks() throws IOException {
        List<Jdk> jdks = new ArrayList<>(List.of(Jdk.thisOne()));
        String second = System.getProperty("side.by.side.jdk", "");
        if (!second.isBlank()) {
            jdks.add(Jdk.at(Path.of(second)));
        }
        return jdks;
    }

    private static String machine(List<Jdk> jdks) throws IOException {
        return String.format(
                "%s, %s %s, %d processors%s, JDK %s.",
                LocalDate.now(ZoneOffset.UTC),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                String.join(" and ", jdks.stream().map(Jdk::version).toList()));
    }

    private static String processor() throws IOException {
        Path information = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(information)) {
            return "";
        }
        try (var lines = Files.lines(information)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> " (" + line.substring(line.indexOf(':') + 2) + ")")
                    .findFirst()
                    .orElse("");
        }
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
