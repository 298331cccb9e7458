package dev.understudy.rollout;

import dev.understudy.error.StoreException;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A state as text by name, for the store. What is read must be what was written: whatever else it is, it is refused, for a
 * rollout that goes on from a wrong state might give a candidate more than it had.
 */
final class StateText {

    /** The format of this text; a newer one is not guessed at. */
    static final String FORMAT = "1";

    private static final String GUARD = "guard.";
    private static final String DECISION = "decision.";
    private static final String NEXT =
            "nobody gets the candidate; reset it by name to start again without what is stored";

    private StateText() {}

    static SortedMap<String, String> write(RolloutState state) {
        SortedMap<String, String> fields = new TreeMap<>();
        fields.put("format", FORMAT);
        fields.put("scheme", RolloutState.SCHEME);
        fields.put("agent", state.agent());
        fields.put("candidate", state.candidate());
        String salt = state.salt();
        if (salt != null) {
            fields.put("salt", salt);
        }
        fields.put("phase", state.phase().name());
        fields.put("reason", state.reason().name());
        fields.put("step", String.valueOf(state.step()));
        fields.put("stage", write(state.stage()));
        fields.put("ceiling", write(state.ceiling()));
        // Follows from the rest; written for people, and to see that the rest is whole.
        fields.put("share", write(state.share()));
        fields.put("generation", String.valueOf(state.generation()));
        fields.put("started", state.started().toString());
        fields.put("since", state.since().toString());
        fields.put("step_since", state.stepSince().toString());
        fields.put("calls_at_step", String.valueOf(state.callsAtStep()));
        fields.put("calls_at_change", String.valueOf(state.callsAtChange()));
        fields.put("degradations", String.valueOf(state.degradations()));
        Guard fired = state.firedBy();
        if (fired != null) {
            fields.put("fired_by", fired.name());
        }
        fields.put("phase_before_off", state.phaseBeforeOff().name());
        fields.put("reason_before_off", state.reasonBeforeOff().name());
        fields.put("dismissed", String.valueOf(state.dismissed()));
        fields.put("suspicion_floor", String.valueOf(state.suspicionFloor()));
        fields.put("split_floor", String.valueOf(state.splitFloor()));
        for (int i = 0; i < state.latched().size(); i++) {
            fields.put(name("latched.", i), state.latched().get(i));
        }
        fields.put("evidence", write(state.evidence()));
        fields.put("baseline_seen", write(state.baselineSeen()));
        fields.put("candidate_seen", write(state.candidateSeen()));
        fields.put("decision_count", String.valueOf(state.decisionCount()));
        for (int i = 0; i < state.decisions().size(); i++) {
            fields.put(name(DECISION, i), write(state.decisions().get(i)));
        }
        // The guard names its own entries, and all of them begin alike.
        fields.putAll(state.guard());
        return fields;
    }

    static RolloutState read(String agent, SortedMap<String, String> fields) {
        String location = "of agent '" + agent + "'";
        String format = fields.get("format");
        if (!FORMAT.equals(format) || !RolloutState.SCHEME.equals(fields.get("scheme"))) {
            throw StoreException.damaged(
                    location, "has a format that this version does not know (" + shown(format) + ")", NEXT, null);
        }
        try {
            return read(fields, agent);
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException wrong) {
            throw StoreException.damaged(location, "is not the state of a rollout of this agent", NEXT, wrong);
        }
    }

    private static RolloutState read(SortedMap<String, String> fields, String agent) {
        if (!agent.equals(text(fields, "agent"))) {
            throw new IllegalArgumentException("another agent's");
        }
        StateDraft draft = new StateDraft(agent, text(fields, "candidate"), instant(fields, "started"));
        draft.salt = fields.get("salt");
        draft.phase = RolloutPhase.valueOf(text(fields, "phase"));
        draft.reason = RolloutReason.valueOf(text(fields, "reason"));
        draft.step = Math.toIntExact(count(fields, "step"));
        draft.stage = share(fields, "stage");
        draft.ceiling = share(fields, "ceiling");
        draft.generation = count(fields, "generation");
        draft.since = instant(fields, "since");
        draft.stepSince = instant(fields, "step_since");
        draft.callsAtStep = count(fields, "calls_at_step");
        draft.callsAtChange = count(fields, "calls_at_change");
        draft.degradations = Math.toIntExact(count(fields, "degradations"));
        String fired = fields.get("fired_by");
        draft.firedBy = fired == null ? null : Guard.valueOf(fired);
        draft.phaseBeforeOff = RolloutPhase.valueOf(text(fields, "phase_before_off"));
        draft.reasonBeforeOff = RolloutReason.valueOf(text(fields, "reason_before_off"));
        draft.dismissed = bool(text(fields, "dismissed"));
        draft.suspicionFloor = number(text(fields, "suspicion_floor"));
        draft.splitFloor = number(text(fields, "split_floor"));
        draft.latched.addAll(fields.subMap("latched.", "latched/").values());
        draft.evidence = evidence(text(fields, "evidence"));
        draft.baselineSeen = counts(text(fields, "baseline_seen"));
        draft.candidateSeen = counts(text(fields, "candidate_seen"));
        draft.decisionCount = count(fields, "decision_count");
        for (String line : fields.subMap(DECISION, "decision/").values()) {
            draft.decisions.add(decision(agent, line));
        }
        draft.guard.putAll(fields.subMap(GUARD, "guard/"));
        RolloutState state = draft.done();
        if (!state.share().equals(share(fields, "share"))) {
            throw new IllegalArgumentException("share and phase contradict each other");
        }
        if (state.phase() == RolloutPhase.QUARANTINED && state.firedBy() == null) {
            throw new IllegalArgumentException("nobody knows which guard fired");
        }
        if (state.decisions().size() > RolloutState.MOST_DECISIONS
                || state.decisionCount() < state.decisions().size()) {
            throw new IllegalArgumentException("the decisions are miscounted");
        }
        return state;
    }

    // One decision on one line, its parts separated by tabs

    private static String write(RolloutDecision decision) {
        return String.join(
                "\t",
                decision.at().toString(),
                escape(decision.candidate()),
                decision.from().name(),
                decision.to().name(),
                decision.reason().name(),
                String.valueOf(decision.sharePercentBefore()),
                String.valueOf(decision.sharePercent()),
                escape(decision.by()),
                write(decision.evidence()),
                write(decision.baseline()),
                write(decision.candidateSeen()),
                escape(decision.detail()));
    }

    private static RolloutDecision decision(String agent, String line) {
        String[] parts = parts(line, "\t", 12);
        return new RolloutDecision(
                agent,
                unescape(parts[1]),
                RolloutPhase.valueOf(parts[2]),
                RolloutPhase.valueOf(parts[3]),
                RolloutReason.valueOf(parts[4]),
                percent(parts[5]),
                percent(parts[6]),
                unescape(parts[7]),
                unescape(parts[11]),
                evidence(parts[8]),
                counts(parts[9]),
                counts(parts[10]),
                Instant.parse(parts[0]));
    }

    private static double percent(String text) {
        return Share.percent(number(text)).percent();
    }

    private static String write(List<GuardEvidence> evidence) {
        List<String> each = new ArrayList<>();
        for (GuardEvidence one : evidence) {
            each.add(String.join(
                    ":",
                    one.guard().name(),
                    String.valueOf(one.logWealth()),
                    String.valueOf(one.logStrictWealth()),
                    String.valueOf(one.bad()),
                    String.valueOf(one.total())));
        }
        return String.join(",", each);
    }

    private static List<GuardEvidence> evidence(String text) {
        List<GuardEvidence> evidence = new ArrayList<>();
        for (String one : text.isEmpty() ? List.<String>of() : Arrays.asList(text.split(",", -1))) {
            String[] parts = parts(one, ":", 5);
            evidence.add(new GuardEvidence(
                    Guard.valueOf(parts[0]),
                    number(parts[1]),
                    number(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4])));
        }
        return evidence;
    }

    private static String write(ArmCounts counts) {
        return counts.calls() + ":" + counts.errors() + ":" + counts.slow();
    }

    private static ArmCounts counts(String text) {
        String[] parts = parts(text, ":", 3);
        return new ArmCounts(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    // The parts

    private static String[] parts(String text, String separator, int count) {
        String[] parts = text.split(separator, -1);
        if (parts.length != count) {
            throw new IllegalArgumentException(parts.length + " parts instead of " + count);
        }
        return parts;
    }

    private static String name(String prefix, int index) {
        return prefix + String.format(Locale.ROOT, "%03d", index);
    }

    private static String text(SortedMap<String, String> fields, String name) {
        String text = fields.get(name);
        if (text == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return text;
    }

    private static Instant instant(SortedMap<String, String> fields, String name) {
        return Instant.parse(text(fields, name));
    }

    private static long count(SortedMap<String, String> fields, String name) {
        long count = Long.parseLong(text(fields, name));
        if (count < 0) {
            throw new IllegalArgumentException(name + " is negative");
        }
        return count;
    }

    private static String write(Share share) {
        return String.valueOf(share.thousandths());
    }

    private static Share share(SortedMap<String, String> fields, String name) {
        return new Share(Math.toIntExact(count(fields, name)));
    }

    private static boolean bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("neither true nor false");
        }
        return text.equals("true");
    }

    private static double number(String text) {
        double number = Double.parseDouble(text);
        if (Double.isNaN(number)) {
            throw new IllegalArgumentException("not a number");
        }
        return number;
    }

    private static String shown(@Nullable String format) {
        return format != null && format.matches("[0-9]{1,9}") ? "format " + format : "none that could be named";
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character != '\\') {
                plain.append(character);
                continue;
            }
            if (++i == text.length()) {
                throw new IllegalArgumentException("ends within an escape");
            }
            plain.append(
                    switch (text.charAt(i)) {
                        case '\\' -> '\\';
                        case 't' -> '\t';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        default -> throw new IllegalArgumentException("an unknown escape");
                    });
        }
        return plain.toString();
    }
}
