package dev.understudy.benchmarks.sidebyside;

import static dev.understudy.benchmarks.sidebyside.Report.number;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Many calls at once, a second each: on platform threads with the JDK of the build, on virtual ones where there are any. */
final class InFlight implements Part {

    private static final List<String> OPTIONS = List.of("-Xmx2g");
    private static final List<Lineup> LINEUP =
            List.of(Lineup.RAW, Lineup.OPENAI_JAVA, Lineup.LANGCHAIN4J, Lineup.HAND_WIRED, Lineup.UNDERSTUDY);
    /** The JDK's own files and jars. */
    private static final int OTHER_DESCRIPTORS = 500;

    private final List<Jdk> jdks;

    /** One table. */
    private record Setting(Jdk jdk, int calls, boolean virtual, int rounds) {
        @Override
        public String toString() {
            return String.format(
                    "%,d calls in flight, %s threads, JDK %s", calls, virtual ? "virtual" : "platform", jdk.version());
        }
    }

    InFlight(List<Jdk> jdks) {
        this.jdks = jdks;
    }

    private List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting(jdks.get(0), 1000, false, 1));
        for (Jdk jdk : jdks) {
            if (jdk.hasVirtualThreads()) {
                settings.add(new Setting(jdk, 1000, true, 1));
                settings.add(new Setting(jdk, 10_000, true, 2));
                break;
            }
        }
        return settings;
    }

    @Override
    public boolean run(Report report) throws Exception {
        boolean complete = true;
        for (Setting setting : settings()) {
            if (descriptors() < setting.calls + OTHER_DESCRIPTORS) {
                report.paragraph(
                        "Not measured: " + setting + "; a process may have " + descriptors() + " descriptors.");
            } else {
                complete &= run(setting, report);
            }
        }
        return complete;
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    private static boolean run(Setting setting, Report report) throws Exception {
        Rounds<Lineup> rounds = new Rounds<>(Lineup.class);
        for (int round = 1; round <= setting.rounds; round++) {
            for (Lineup who : LINEUP) {
                Progress.say("%s, round %d of %d: %s", setting, round, setting.rounds, who);
                // A new one for each: the connections of the last are still being closed.
                try (StubProcess stub = StubProcess.start()) {
                    rounds.add(
                            who,
                            WorkerProcess.run(
                                    setting.jdk,
                                    OPTIONS,
                                    "in-flight",
                                    who.name(),
                                    stub.address(),
                                    Integer.toString(setting.calls),
                                    Boolean.toString(setting.virtual)));
                }
            }
        }
        report.paragraph("### " + setting)
                .columns(
                        "",
                        "s",
                        "×",
                        "s at first",
                        "CPU µs a call",
                        "×",
                        "platform threads",
                        "memory MB",
                        "×",
                        "alive on the heap MB",
                        "×");
        for (Lineup who : LINEUP) {
            report.row(
                    who.title(),
                    number("%.2f", rounds.median(who, "warm")),
                    number("%.2f", rounds.ratio(who, "warm", Lineup.RAW)),
                    number("%.2f", rounds.median(who, "first")),
                    number("%.0f", rounds.median(who, "cpu")),
                    number("%.2f", rounds.ratio(who, "cpu", Lineup.RAW)),
                    number("%,.0f", rounds.median(who, "threads")),
                    number("%,.0f", rounds.median(who, "resident")),
                    number("%.2f", rounds.ratio(who, "resident", Lineup.RAW)),
                    number("%,.0f", rounds.median(who, "live")),
                    number("%.2f", rounds.ratio(who, "live", Lineup.RAW)));
        }
        report.atMost("wall time, ×", 1.1, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "warm", Lineup.RAW))
                .atMost("memory, ×", 1.2, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "resident", Lineup.RAW))
                .atMost("alive, ×", 1.2, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "live", Lineup.RAW))
                .goals();
        return rounds.complete();
    }
}
