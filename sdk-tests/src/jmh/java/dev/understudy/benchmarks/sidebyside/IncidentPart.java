package dev.understudy.benchmarks.sidebyside;

import static dev.understudy.benchmarks.sidebyside.Report.number;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The incident for everybody in the same minute: it takes little of the machine, and what else runs there disturbs all alike. */
final class IncidentPart implements Part {

    private static final List<String> OPTIONS = List.of("-Xms256m", "-Xmx256m");

    @Override
    public boolean run(Report report) throws Exception {
        Progress.say(
                "incident, all at once, %d s",
                Incident.TURNS.plus(Incident.LASTS).toSeconds());
        Rounds<Incident> rounds = new Rounds<>(Incident.class);
        ExecutorService threads = Executors.newFixedThreadPool(Incident.values().length);
        try {
            List<Future<Figures>> running = new ArrayList<>();
            for (Incident who : Incident.values()) {
                running.add(threads.submit(() -> {
                    try (StubProcess stub = StubProcess.start()) {
                        return WorkerProcess.run(Jdk.thisOne(), OPTIONS, "incident", who.name(), stub.address());
                    }
                }));
            }
            for (Incident who : Incident.values()) {
                rounds.add(who, running.get(who.ordinal()).get());
            }
        } finally {
            threads.shutdownNow();
        }
        write(rounds, report);
        return rounds.complete();
    }

    private static void write(Rounds<Incident> rounds, Report report) {
        report.paragraph("### The incident: the candidate of a quarter of the users turns slow")
                .columns(
                        "",
                        "calls",
                        "errors",
                        "after 500 ms",
                        "p50 ms",
                        "p95",
                        "p99",
                        "first 5 s: p50",
                        "p95",
                        "p99",
                        "reached the bad model",
                        "the last after s");
        for (Incident who : Incident.values()) {
            report.row(
                    who.title(),
                    number("%,.0f", rounds.median(who, "calls")),
                    number("%,.0f", rounds.median(who, "errors")),
                    number("%,.0f", rounds.median(who, "late")),
                    number("%.0f", rounds.median(who, "p50")),
                    number("%.0f", rounds.median(who, "p95")),
                    number("%.0f", rounds.median(who, "p99")),
                    number("%.0f", rounds.median(who, "first.p50")),
                    number("%.0f", rounds.median(who, "first.p95")),
                    number("%.0f", rounds.median(who, "first.p99")),
                    number("%,.0f", rounds.median(who, "server.bad")),
                    number("%.2f", rounds.median(who, "server.last")));
        }
        report.atMost("errors", 0, "%.0f", rounds.median(Incident.UNDERSTUDY, "errors"))
                .atMost("p99 ms", 450, "%.0f", rounds.median(Incident.UNDERSTUDY, "p99"))
                .atMost("p99 ms of the first 5 s", 450, "%.0f", rounds.median(Incident.UNDERSTUDY, "first.p99"))
                .atMost("hedged, p99 ms", 260, "%.0f", rounds.median(Incident.UNDERSTUDY_HEDGED, "p99"))
                .atMost(
                        "hedged, p99 ms of the first 5 s",
                        260,
                        "%.0f",
                        rounds.median(Incident.UNDERSTUDY_HEDGED, "first.p99"))
                .atMost("calls that reached it", 20, "%.0f", rounds.median(Incident.UNDERSTUDY, "server.bad"))
                .atMost("the last after s", 0.7, "%.2f", rounds.median(Incident.UNDERSTUDY, "server.last"))
                .goals();
    }
}
