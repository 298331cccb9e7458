package dev.understudy.benchmarks.sidebyside;

import static dev.understudy.benchmarks.sidebyside.Report.number;

import java.util.List;

/** Answers that come a token at a time. The stack that is wired by hand has none: what it is made of knows no streams. */
final class Streaming implements Part {

    private static final int ROUNDS = 2;
    private static final List<String> OPTIONS = List.of("-Xms1g", "-Xmx1g");
    private static final List<Lineup> LINEUP =
            List.of(Lineup.RAW, Lineup.OPENAI_JAVA, Lineup.LANGCHAIN4J, Lineup.UNDERSTUDY);

    @Override
    public boolean run(Report report) throws Exception {
        Rounds<Lineup> rounds = new Rounds<>(Lineup.class);
        try (StubProcess stub = StubProcess.start()) {
            for (int round = 1; round <= ROUNDS; round++) {
                for (Lineup who : LINEUP) {
                    Progress.say("streaming, round %d of %d: %s", round, ROUNDS, who);
                    rounds.add(who, WorkerProcess.run(Jdk.thisOne(), OPTIONS, "streaming", who.name(), stub.address()));
                }
            }
        }
        report.paragraph("### Streams: " + StreamingRun.CALLERS + " at once with a token every "
                        + StreamingRun.MILLIS_PER_TOKEN + " ms, and one for the first token")
                .columns("", "tokens/s", "CPU µs a token", "×", "bytes a token", "first token: p50 µs", "p99 µs");
        for (Lineup who : LINEUP) {
            report.row(
                    who.title(),
                    number("%,.0f", rounds.median(who, "tokens")),
                    number("%.1f", rounds.median(who, "cpu")),
                    number("%.2f", rounds.ratio(who, "cpu", Lineup.RAW)),
                    number("%,.0f", rounds.median(who, "bytes")),
                    number("%.0f", rounds.median(who, "p50")),
                    number("%.0f", rounds.median(who, "p99")));
        }
        double later = rounds.median(Lineup.UNDERSTUDY, "p50") - rounds.median(Lineup.RAW, "p50");
        report.atMost("first token later by ms", 1, "%.2f", later / 1e3)
                .atMost("CPU a token, ×", 1.2, "%.2f", rounds.ratio(Lineup.UNDERSTUDY, "cpu", Lineup.RAW))
                .goals();
        rounds.failures(report, Lineup::title);
        return rounds.complete();
    }
}
