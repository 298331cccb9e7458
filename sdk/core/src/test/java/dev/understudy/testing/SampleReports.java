package dev.understudy.testing;

import dev.understudy.chat.Variant;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Estimate;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.Comparison.Split;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.ExperimentResult.Answer;
import dev.understudy.insight.ExperimentResult.Criterion;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Arm;
import dev.understudy.insight.Timeline.Point;
import dev.understudy.insight.VariantFigures;
import dev.understudy.insight.VariantFigures.Bin;
import dev.understudy.insight.Verdict;
import dev.understudy.report.RolloutReport;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Reports of rollouts that went well, badly, not at all, or were named by somebody who means harm. */
public final class SampleReports {

    /** When the candidate of {@link #fridayEvening} was taken away. */
    public static final Instant FRIDAY = Instant.parse("2026-11-20T18:02:41.300Z");

    /** Names that would be markup, scripts, or the end of a document. */
    public static final List<String> HOSTILE = List.of(
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(2)>",
            "</title></style><h1 id='gone'>&amp;]]>",
            "evil\u202Egnp.exe\u0000\u001b[31m\ud800 " + "w".repeat(300));

    private static final String AGENT = "qa_agent";
    private static final String OLD = "qa-tuned-v1.2";
    private static final String NEW = "qa-tuned-v1.3";
    private static final Duration LIMIT = Duration.ofMillis(400);

    private SampleReports() {}

    /** The candidate is at 25 %, turns slow at 18:02:38, and is taken away three calls later. */
    public static RolloutReport fridayEvening() {
        return incident(AGENT, OLD, NEW, "anna");
    }

    /** The same with names that are attacks. */
    public static RolloutReport hostile() {
        return incident(HOSTILE.get(0), HOSTILE.get(1), HOSTILE.get(2), HOSTILE.get(3));
    }

    private static RolloutReport incident(String agent, String baseline, String candidate, String person) {
        List<RolloutDecision> decisions = List.of(
                decision(
                        agent,
                        candidate,
                        RolloutPhase.OFF,
                        RolloutPhase.RUNNING,
                        RolloutReason.STARTED,
                        0,
                        1,
                        "configuration",
                        "The ramp begins at step 1 of 3",
                        List.of(),
                        ArmCounts.NONE,
                        ArmCounts.NONE,
                        FRIDAY.minusSeconds(1_121)),
                decision(
                        agent,
                        candidate,
                        RolloutPhase.RUNNING,
                        RolloutPhase.RUNNING,
                        RolloutReason.PASSED,
                        1,
                        5,
                        "ramp",
                        "Step 1 lasted 5 min with 12 calls of the candidate and no evidence against it.",
                        evidence(-0.3, -0.1, 0, 0, 0, 12),
                        new ArmCounts(1_188, 1, 3),
                        new ArmCounts(12, 0, 0),
                        FRIDAY.minusSeconds(821)),
                decision(
                        agent,
                        candidate,
                        RolloutPhase.RUNNING,
                        RolloutPhase.HOLD,
                        RolloutReason.HELD,
                        5,
                        5,
                        person,
                        "Held by " + person + ".",
                        evidence(-0.6, -0.4, 0.1, -0.2, 0, 54),
                        new ArmCounts(1_990, 2, 6),
                        new ArmCounts(54, 0, 0),
                        FRIDAY.minusSeconds(610)),
                decision(
                        agent,
                        candidate,
                        RolloutPhase.HOLD,
                        RolloutPhase.RUNNING,
                        RolloutReason.RESUMED,
                        5,
                        25,
                        person,
                        "Resumed by " + person + "; step 2 had lasted long enough.",
                        evidence(-0.8, -0.5, 0.1, -0.3, 0, 72),
                        new ArmCounts(2_328, 2, 7),
                        new ArmCounts(72, 0, 0),
                        FRIDAY.minusSeconds(521)),
                decision(
                        agent,
                        candidate,
                        RolloutPhase.RUNNING,
                        RolloutPhase.QUARANTINED,
                        RolloutReason.GUARD,
                        25,
                        0,
                        "guard",
                        "p95 over the limit, 3 of 593 (wealth 7,332.0); the next 10 calls of the baseline tell whether it was"
                                + " the candidate's fault",
                        evidence(8.9, 3.1, 0.9, 2.2, 3, 593),
                        new ArmCounts(3_891, 4, 12),
                        new ArmCounts(593, 3, 3),
                        FRIDAY),
                decision(
                        agent,
                        candidate,
                        RolloutPhase.QUARANTINED,
                        RolloutPhase.ROLLED_BACK,
                        RolloutReason.GUARD,
                        0,
                        0,
                        "guard",
                        "0 of the baseline's 10 calls since then were bad: it was the candidate; only a reset that names it lets"
                                + " it start again",
                        evidence(8.9, 3.1, 0.9, 2.2, 3, 593),
                        new ArmCounts(3_901, 4, 12),
                        new ArmCounts(593, 3, 3),
                        FRIDAY.plusMillis(2_600)));
        SplittableRandom random = new SplittableRandom(7);
        List<Point> points = new ArrayList<>();
        Instant from = Instant.parse("2026-11-20T17:50:00Z");
        for (int i = 0; i < 120; i++) {
            Instant at = from.plusSeconds(10L * i);
            double share = at.isBefore(FRIDAY.minusSeconds(529)) ? 5 : at.isAfter(FRIDAY.minusSeconds(2)) ? 0 : 25;
            long calls = 37L + random.nextInt(7);
            long ofCandidate = Math.round(calls * share / 100);
            boolean turning = at.equals(FRIDAY.minusMillis(11_300));
            boolean bad = at.equals(FRIDAY.minusMillis(1_300));
            Arm old = arm(calls - ofCandidate, random.nextInt(14) == 0 ? 1 : 0, 0, 104 + random.nextDouble(3), random);
            Arm fresh = turning
                    ? new Arm(10, 2, 0, 104, 712, 712)
                    : bad
                            ? new Arm(1, 1, 0, 801, 801, 801)
                            : ofCandidate == 0 ? Arm.NONE : arm(ofCandidate, 0, 0, 99 + random.nextDouble(4), random);
            points.add(new Point(at, share, old, fresh));
        }
        RolloutStatus status = new RolloutStatus(
                agent,
                baseline,
                candidate,
                RolloutPhase.ROLLED_BACK,
                RolloutReason.GUARD,
                Share.NONE,
                Share.percent(25),
                stages(1, 5, 25),
                2,
                FRIDAY.plusMillis(2_600),
                "A latched rollback decides: nobody is on '" + candidate + "' since " + FRIDAY.plusMillis(2_600) + ". "
                        + decisions.get(5).detail(),
                decisions.get(4).evidence(),
                new ArmCounts(5_640, 6, 17),
                new ArmCounts(593, 3, 3),
                decisions,
                812);
        VariantFigures old =
                figures(Variant.BASELINE, baseline, 1_813, 5_640, 6, 0, 104.6, 120.9, 128.4, bins(104, 0.07, 5_640));
        List<Bin> slow = new ArrayList<>(bins(101, 0.07, 590));
        slow.add(new Bin(680, 690, 1));
        slow.add(new Bin(710, 720, 1));
        slow.add(new Bin(800, 810, 1));
        VariantFigures fresh = figures(Variant.CANDIDATE, candidate, 211, 593, 3, 3, 101.2, 117.7, 126.0, slow);
        Comparison comparison = new Comparison(
                agent,
                Duration.ofHours(1),
                from,
                Instant.parse("2026-11-20T18:10:00Z"),
                old,
                fresh,
                new Split(0.1062, 2_024, 211, 0.02),
                status.evidence(),
                Verdict.FAIL,
                "'" + candidate + "' took longer than 400 ms in 3 of 593 calls, all in a row: evidence 7 332.");
        return RolloutReport.builder(status, comparison, new Timeline(agent, Duration.ofSeconds(10), points))
                .latencyLimit(LIMIT)
                .experiment(new ExperimentResult(
                        agent,
                        Answer.REJECT,
                        "One criterion has failed, and more data will not mend it.",
                        List.of(
                                new Criterion(
                                        "p95 of the candidate", "at most 400 ms", "118 ms (107 to 122)", Answer.ACCEPT),
                                new Criterion(
                                        "more errors than the baseline",
                                        "at most 1 point",
                                        "0.01 points (0 to 0.06)",
                                        Answer.ACCEPT),
                                new Criterion(
                                        "no rollback by the guard", "none", "rolled back at 18:02:41", Answer.REJECT),
                                new Criterion(
                                        "calls of each variant", "at least 1 000 a day", "593 today", Answer.CONTINUE),
                                new Criterion("days", "7", "0.8", Answer.CONTINUE))))
                .build();
    }

    /** A good candidate climbs to 100 % in 26 hours. */
    public static RolloutReport goodClimb() {
        Instant start = Instant.parse("2026-11-18T07:14:00Z");
        int[] shares = {1, 5, 25, 100};
        int[] minutes = {0, 12, 80, 1_560};
        List<RolloutDecision> decisions = new ArrayList<>();
        long calls = 0;
        for (int i = 0; i < shares.length; i++) {
            calls = new long[] {0, 130, 3_900, 380_000}[i];
            decisions.add(decision(
                    AGENT,
                    NEW,
                    i == 0 ? RolloutPhase.OFF : RolloutPhase.RUNNING,
                    i == 3 ? RolloutPhase.COMPLETED : RolloutPhase.RUNNING,
                    i == 0 ? RolloutReason.STARTED : RolloutReason.PASSED,
                    i == 0 ? 0 : shares[i - 1],
                    shares[i],
                    i == 0 ? "configuration" : "ramp",
                    i == 0
                            ? "The ramp begins at step 1 of 3"
                            : "Step " + i + " passed: " + calls + " calls, evidence for the candidate 41.",
                    i == 0 ? List.of() : evidence(-2.0 * i, -1.2 * i, -0.4 * i, 0.2, calls / 200, calls),
                    new ArmCounts(calls * 3, calls / 300, calls / 40),
                    new ArmCounts(calls, calls / 400, calls / 60),
                    start.plusSeconds(60L * minutes[i])));
        }
        SplittableRandom random = new SplittableRandom(11);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < 28 * 12; i++) {
            int minute = 5 * i;
            double share = minute < 12 ? 1 : minute < 80 ? 5 : minute < 1_560 ? 25 : 100;
            long all = 1_500 + Math.round(900 * Math.sin((minute - 200) * Math.PI / 720));
            long ofCandidate = Math.round(all * share / 100);
            points.add(new Point(
                    start.plusSeconds(60L * minute),
                    share,
                    share == 100
                            ? Arm.NONE
                            : arm(
                                    all - ofCandidate,
                                    random.nextInt(3),
                                    random.nextInt(40) == 0 ? 1 : 0,
                                    160 + 20 * Math.sin(minute / 220.0),
                                    random),
                    arm(ofCandidate, random.nextInt(30) == 0 ? 1 : 0, 0, 118 + 12 * Math.sin(minute / 220.0), random)));
        }
        Instant now = start.plusSeconds(60 * 1_680);
        RolloutStatus status = new RolloutStatus(
                AGENT,
                OLD,
                NEW,
                RolloutPhase.COMPLETED,
                RolloutReason.PASSED,
                Share.ALL,
                Share.ALL,
                stages(1, 5, 25, 100),
                3,
                start.plusSeconds(60 * 1_560),
                "Candidate '" + NEW + "' serves everybody: the ramp is complete.",
                evidence(-7.1, -4.2, -1.1, 0.3, 2_400, 560_211),
                new ArmCounts(1_288_000, 430, 3_100),
                new ArmCounts(560_211, 140, 1_002),
                decisions,
                9_402);
        Comparison comparison = new Comparison(
                AGENT,
                Duration.ofHours(24),
                now.minus(Duration.ofHours(24)),
                now,
                figures(Variant.BASELINE, OLD, 61_200, 1_101_000, 402, 0, 164, 221, 240, bins(164, 0.16, 1_101_000)),
                figures(Variant.CANDIDATE, NEW, 29_800, 540_300, 133, 121, 121, 163, 178, bins(121, 0.16, 540_300)),
                new Split(0.2517, 91_000, 22_930, 1.1),
                status.evidence(),
                Verdict.PASS,
                "p95 163 ms (162 to 164) is within 400 ms, and errors are 0.01 points below the baseline's.");
        return RolloutReport.builder(status, comparison, new Timeline(AGENT, Duration.ofMinutes(5), points))
                .latencyLimit(LIMIT)
                .build();
    }

    /** No call of the candidate was seen, and nearly none of the baseline. */
    public static RolloutReport noData() {
        Instant now = Instant.parse("2026-11-20T03:20:00Z");
        RolloutDecision held = decision(
                AGENT,
                NEW,
                RolloutPhase.RUNNING,
                RolloutPhase.HOLD,
                RolloutReason.NO_DATA,
                1,
                1,
                "ramp",
                "No call of '" + NEW + "' ended for 10 min.",
                List.of(),
                new ArmCounts(1, 0, 0),
                ArmCounts.NONE,
                now.minusSeconds(40));
        RolloutStatus status = new RolloutStatus(
                AGENT,
                OLD,
                NEW,
                RolloutPhase.HOLD,
                RolloutReason.NO_DATA,
                Share.percent(1),
                Share.ALL,
                stages(1, 5, 25, 100),
                0,
                now.minusSeconds(40),
                "'" + NEW + "' serves 1 % of the units; the ramp waits for its calls.",
                List.of(),
                new ArmCounts(1, 0, 0),
                ArmCounts.NONE,
                List.of(held),
                3);
        Comparison comparison = new Comparison(
                AGENT,
                Duration.ofMinutes(5),
                now.minusSeconds(300),
                now,
                figures(Variant.BASELINE, OLD, 1, 1, 0, 0, 97, 97, 97, List.of(new Bin(97, 98, 1))),
                new VariantFigures(
                        Variant.CANDIDATE,
                        NEW,
                        0,
                        0,
                        0,
                        Estimate.NONE,
                        0,
                        Estimate.NONE,
                        Estimate.NONE,
                        Estimate.NONE,
                        0,
                        0,
                        0,
                        List.of()),
                new Split(0.01, 1, 0, 0),
                List.of(),
                Verdict.NO_DATA,
                "The candidate served no call in the last 5 min.");
        Timeline timeline = new Timeline(
                AGENT,
                Duration.ofSeconds(60),
                List.of(new Point(now.minusSeconds(60), 1, new Arm(1, 0, 0, 97, 97, 97), Arm.NONE)));
        return RolloutReport.builder(status, comparison, timeline).build();
    }

    /** Nothing at all: an agent without a candidate that nobody has called. */
    public static RolloutReport nothing() {
        Instant now = Instant.parse("2026-11-20T03:20:00Z");
        RolloutStatus status = new RolloutStatus(
                AGENT,
                OLD,
                null,
                RolloutPhase.OFF,
                RolloutReason.KILL_SWITCH,
                Share.NONE,
                Share.NONE,
                List.of(),
                0,
                now,
                "Baseline '" + OLD + "' serves everybody: there is no candidate.",
                List.of(),
                ArmCounts.NONE,
                ArmCounts.NONE,
                List.of(),
                0);
        Comparison comparison = new Comparison(
                AGENT,
                Duration.ofHours(1),
                now,
                now,
                new VariantFigures(
                        Variant.BASELINE,
                        OLD,
                        0,
                        0,
                        0,
                        Estimate.NONE,
                        0,
                        Estimate.NONE,
                        Estimate.NONE,
                        Estimate.NONE,
                        0,
                        0,
                        0,
                        List.of()),
                null,
                Split.NONE,
                List.of(),
                Verdict.NO_DATA,
                "No call was seen.");
        return RolloutReport.builder(status, comparison, new Timeline(AGENT, Duration.ofSeconds(10), List.of()))
                .build();
    }

    /**
     * A long and busy time with values of every size.
     *
     * @param count how many points
     * @param width how much time each covers
     * @param decided how many decisions were made meanwhile
     */
    public static RolloutReport busy(int count, Duration width, int decided) {
        SplittableRandom random = new SplittableRandom(3);
        Instant start = Instant.parse("2026-11-10T00:00:00Z");
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double level = Math.pow(10, 1.5 + 2 * random.nextDouble());
            points.add(new Point(
                    start.plus(width.multipliedBy(i)),
                    5 * random.nextInt(21),
                    random.nextInt(9) == 0
                            ? Arm.NONE
                            : arm(1_000_000_000L, random.nextInt(1_000_000), random.nextInt(9_000), level, random),
                    random.nextInt(5) == 0 ? Arm.NONE : arm(7, random.nextInt(3), 1, level * 3, random)));
        }
        List<RolloutDecision> decisions = new ArrayList<>();
        for (int i = 0; i < decided; i++) {
            decisions.add(decision(
                    AGENT,
                    NEW,
                    RolloutPhase.RUNNING,
                    RolloutPhase.HOLD,
                    RolloutReason.SUSPECT,
                    25,
                    25,
                    "guard",
                    "Evidence without any allowance reached 20 of 20 after " + i + " calls.",
                    evidence(300.0 * i, 709.9 * i, -40, Double.NEGATIVE_INFINITY, i, 1_000_000_000_000L),
                    new ArmCounts(Long.MAX_VALUE, 1, 0),
                    new ArmCounts(12_345_678_901L, 9_876_543_210L, 1),
                    start.plus(width.multipliedBy((long) count * i / decided))));
        }
        Instant now = start.plus(width.multipliedBy(count));
        RolloutStatus status = new RolloutStatus(
                AGENT,
                OLD,
                NEW,
                RolloutPhase.RUNNING,
                RolloutReason.PASSED,
                Share.percent(0.001),
                Share.ALL,
                stages(0.001, 100),
                0,
                now,
                "'" + NEW + "' serves 0.001 % of the units.",
                evidence(900, 1e6, -3, Double.NEGATIVE_INFINITY, 1, 2),
                new ArmCounts(Long.MAX_VALUE, 1, 0),
                new ArmCounts(12_345_678_901L, 9_876_543_210L, 1),
                decisions,
                Long.MAX_VALUE);
        Comparison comparison = new Comparison(
                AGENT,
                Duration.ofDays(400),
                start,
                now,
                new VariantFigures(
                        Variant.BASELINE,
                        OLD,
                        1,
                        1_000_000_000_000L,
                        1,
                        new Estimate(1e-12, 0, 1),
                        0,
                        new Estimate(0.001, 0, 1e12),
                        new Estimate(1e12, 0, Double.POSITIVE_INFINITY),
                        Estimate.NONE,
                        Long.MAX_VALUE / 3,
                        Long.MAX_VALUE / 3,
                        1e30,
                        List.of(new Bin(0, 0.001, 5), new Bin(1e11, 1e12, 1))),
                figures(
                        Variant.CANDIDATE,
                        NEW,
                        1,
                        2,
                        1,
                        1,
                        3,
                        4,
                        5,
                        List.of(new Bin(Double.NaN, 2, 1), new Bin(3, 5, 2))),
                new Split(1e-5, Long.MAX_VALUE, Long.MAX_VALUE, 1e9),
                status.evidence(),
                Verdict.INVALID,
                "The split is not the intended one.");
        return RolloutReport.builder(status, comparison, new Timeline(AGENT, width, points))
                .build();
    }

    private static Arm arm(long calls, long errors, long callerErrors, double p50, SplittableRandom random) {
        double p95 = p50 * (1.12 + random.nextDouble(0.06));
        return new Arm(calls, errors, callerErrors, p50, p95, p95 * (1.04 + random.nextDouble(0.05)));
    }

    private static List<Share> stages(double... percents) {
        List<Share> stages = new ArrayList<>();
        for (double percent : percents) {
            stages.add(Share.percent(percent));
        }
        return stages;
    }

    private static List<GuardEvidence> evidence(
            double limit, double cap, double errors, double latency, long bad, long total) {
        return List.of(
                new GuardEvidence(Guard.LATENCY_LIMIT, limit, limit + 0.4, bad, total),
                new GuardEvidence(Guard.ERROR_CAP, cap, cap + 0.2, bad / 2, total),
                new GuardEvidence(Guard.ERROR_INCREASE, errors, errors + 0.3, bad, bad * 2),
                new GuardEvidence(Guard.LATENCY_INCREASE, latency, latency + 0.5, bad, bad * 3));
    }

    private static RolloutDecision decision(
            String agent,
            String candidate,
            RolloutPhase from,
            RolloutPhase to,
            RolloutReason reason,
            double before,
            double share,
            String by,
            String detail,
            List<GuardEvidence> evidence,
            ArmCounts baseline,
            ArmCounts seen,
            Instant at) {
        return new RolloutDecision(
                agent, candidate, from, to, reason, before, share, by, detail, evidence, baseline, seen, at);
    }

    private static VariantFigures figures(
            Variant variant,
            String model,
            long units,
            long calls,
            long errors,
            long fallbacks,
            double p50,
            double p95,
            double p99,
            List<Bin> bins) {
        double rate = calls == 0 ? 0 : (double) errors / calls;
        double width = 3 / Math.sqrt(calls + 1.0);
        return new VariantFigures(
                variant,
                model,
                units,
                calls,
                errors,
                new Estimate(rate, rate / 2, Math.min(1, rate * 2 + width / 50)),
                fallbacks,
                new Estimate(p50, p50 * (1 - width), p50 * (1 + width)),
                new Estimate(p95, p95 * (1 - width), p95 * (1 + width)),
                new Estimate(p99, p99 * (1 - width), p99 * (1 + 2 * width)),
                calls * 412,
                calls * 96,
                calls * 0.000_127,
                bins);
    }

    /** A lognormal distribution in bins of 2 %. */
    private static List<Bin> bins(double median, double sigma, long calls) {
        List<Bin> bins = new ArrayList<>();
        for (double from = median * Math.exp(-4 * sigma); from < median * Math.exp(4 * sigma); from *= 1.02) {
            double z = Math.log(from * 1.01 / median) / sigma;
            long count = Math.round(calls * Math.exp(-z * z / 2) * 0.0198 / (sigma * Math.sqrt(2 * Math.PI)));
            if (count > 0) {
                bins.add(new Bin(from, from * 1.02, count));
            }
        }
        return bins;
    }
}
