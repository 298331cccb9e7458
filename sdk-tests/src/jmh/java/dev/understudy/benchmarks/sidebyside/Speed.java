package dev.understudy.benchmarks.sidebyside;

import static dev.understudy.benchmarks.sidebyside.Report.number;

import java.util.List;

/** Calls that a model answers at once: what a client costs. */
final class Speed implements Part {

    private static final int ROUNDS = 3;
    private static final List<String> OPTIONS = List.of("-Xms1g", "-Xmx1g");

    @Override
    public boolean run(Report report) throws Exception {
        Rounds<Lineup> rounds = new Rounds<>(Lineup.class);
        try (StubProcess stub = StubProcess.start()) {
            for (int round = 1; round <= ROUNDS; round++) {
                for (Lineup who : Lineup.values()) {
                    Progress.say("speed, round %d of %d: %s", round, ROUNDS, who);
                    rounds.add(who, WorkerProcess.run(Jdk.thisOne(), OPTIONS, "speed", who.name(), stub.address()));
                }
            }
        }
        report.paragraph("### Calls answered at once, " + SpeedRun.CALLERS + " callers and one")
                .columns(
                        "",
                        "calls/s",
                        "×",
                        "CPU µs a call",
                        "×",
                        "KB a call",
                        "one caller: p50 µs",
                        "×",
                        "p99 µs",
                        "×");
        for (Lineup who : Lineup.values()) {
            report.row(
                    who.title(),
                    number("%,.0f", rounds.median(who, "rate")),
                    number("%.2f", rounds.ratio(who, "rate", Lineup.RAW)),
                    number("%.1f", rounds.median(who, "cpu")),
                    number("%.2f", rounds.ratio(who, "cpu", Lineup.RAW)),
                    number("%.1f", rounds.median(who, "bytes") / 1e3),
                    number("%.0f", rounds.median(who, "p50")),
                    number("%.2f", rounds.ratio(who, "p50", Lineup.RAW)),
                    number("%.0f", rounds.median(who, "p99")),
                    number("%.2f", rounds.ratio(who, "p99", Lineup.RAW)));
        }
        report.atLeast("calls/s, ×", 0.97, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "rate", Lineup.RAW))
                .atMost("CPU, ×", 1.05, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "cpu", Lineup.RAW))
                .atMost("KB a call", 15, "%.1f", rounds.median(Lineup.UNDERSTUDY, "bytes") / 1e3)
                .atMost("one caller, p50, ×", 1.1, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "p50", Lineup.RAW))
                .goals();
        rounds.failures(report, Lineup::title);
        return rounds.complete();
    }
}
