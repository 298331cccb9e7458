package dev.understudy.tests.simulation;

import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.Rollout;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The way of one call: R1 in time, R3 the baseline after silence, R4 who is told to stop stops, R11 bounded attempts, R14
 * fallback only where it is allowed, R16 the first cause, R21 one snapshot, R23 its variant.
 */
final class CallRules implements Watcher {

    private final Simulation simulation;

    CallRules(Simulation simulation) {
        this.simulation = simulation;
    }

    // On its way

    @Override
    public void sent(Attempt attempt) {
        SimulatedCall call = attempt.call;
        AgentSettings settings = call.settings();
        RetrySettings retry = settings.retry();
        if (!attempt.model.equals(settings.baseline()) && !attempt.model.equals(settings.candidate())) {
            throw simulation.violated("R21", attempt + ", which was not the agent's when the call began");
        }
        // The baseline's first attempt is always allowed.
        int allowed =
                Math.max(retry.maxAttempts(), call.heard(Event.FellBack.class).isEmpty() ? 1 : 2);
        if (call.attempts.size() > allowed) {
            throw simulation.violated("R11", call + " makes its attempt number " + call.attempts.size());
        }
        boolean last = attempt.variant == Variant.BASELINE || !call.mayFallBack();
        int most = 1
                + (last ? retry.withoutFallback() : retry.withFallback())
                + (int) call.attemptsAt(attempt.model).stream()
                        .filter(Attempt::isHedge)
                        .count();
        List<Attempt> here = call.attemptsAt(attempt.model);
        if (here.size() > most) {
            throw simulation.violated("R11", attempt + " is number " + here.size() + " at this model");
        }
        if (here.size() > 1) {
            mayBeRetried(here.get(here.size() - 2), attempt);
        }
        if (attempt.isHedge()) {
            hedgedProperly(attempt);
        } else if (attempt.variant == Variant.BASELINE
                && call.attempts.stream().noneMatch(Attempt::isHedge) // which may have spoken, and broken off
                && !call.attemptsAt(String.valueOf(settings.candidate())).isEmpty()) {
            fellBackProperly(attempt);
        }
    }

    private void mayBeRetried(Attempt before, Attempt attempt) {
        if (before.isHedge() && before.failure == FailureKind.OUTRUN) {
            return; // it said nothing: the candidate began to speak, and broke off
        }
        boolean itsOwnWord = before.act.failure() == before.failure;
        Boolean said = itsOwnWord ? before.act.origin().shouldRetry() : null;
        Duration asked = itsOwnWord ? before.act.origin().retryAfter() : null;
        if (asked != null && Duration.ofNanos(attempt.sentAt - before.overAt).compareTo(asked) < 0) {
            throw simulation.violated("R12", attempt + " does not leave its model alone for " + asked);
        }
        FailureKind kind = before.failure;
        if (kind == null || !(said != null ? said : kind.retried()) || kind == FailureKind.TIMEOUT) {
            throw simulation.violated(
                    kind == FailureKind.TIMEOUT ? "R3" : "R11", before + " ended with " + kind + " and is tried again");
        }
    }

    private void fellBackProperly(Attempt attempt) {
        SimulatedCall call = attempt.call;
        if (!call.mayFallBack() || call.heard(Event.FellBack.class).isEmpty()) {
            throw simulation.violated("R14", call + " must not fall back, or did so silently");
        }
    }

    private void hedgedProperly(Attempt attempt) {
        SimulatedCall call = attempt.call;
        if (!call.mayBeHedged() || attempt.variant != Variant.BASELINE) {
            throw simulation.violated("R14", attempt + " is a hedge, and must not be");
        }
        if (call.attempts.stream().filter(Attempt::isHedge).count() > 1) {
            throw simulation.violated("R11", attempt + " is the second hedge of its call");
        }
        if (call.finished != null) {
            throw simulation.violated("R2", attempt + " is sent after the end of its call");
        }
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (event instanceof Event.FellBack fall) {
            fellBack(call, fall);
        } else if (event instanceof Event.CallFinished end) {
            finished(call, end);
        }
    }

    private void fellBack(SimulatedCall call, Event.FellBack fall) {
        FallbackSettings settings = call.settings().fallback();
        int ownWindow = window(call, fall.from());
        boolean allowed = call.mayFallBack()
                && switch (fall.reason().fallback()) {
                    case ALWAYS -> true;
                    case NEVER -> false;
                    case OPT_IN -> settings.onContentFilter();
                    case LARGER_WINDOW -> ownWindow > 0 && window(call, fall.to()) > ownWindow;
                };
        if (!allowed) {
            throw simulation.violated("R14", call + " fell back after " + fall.reason());
        }
        // Who speaks may use what is reserved for the baseline.
        if (!call.async && !call.spoken && !isStalled(call)) {
            long timeout = call.deadlineAt - call.beganAt;
            long fixed = settings.reserve() == null ? -1 : settings.reserve().toNanos();
            double share = fixed < 0 ? Math.min(0.2, settings.reserveShare()) : fixed < timeout ? 0 : 0.6;
            long reserve = fixed >= 0 && fixed < timeout ? fixed : (long) (share * timeout);
            long left = call.deadlineAt - now();
            if (left < reserve) {
                throw simulation.violated(
                        "R3", call + " leaves its baseline " + left + " ns of a reserve of " + reserve);
            }
        }
    }

    private int window(SimulatedCall call, String model) {
        return call.configuration.models().get(model).deployment().contextWindow();
    }

    /** What is there is told at once; what is not wanted any more ends at once. */
    @Override
    public void reported(Attempt attempt, Event.AttemptFinished event) {
        if (attempt.overAt >= 0 && now() > Math.max(attempt.overAt, traveller(attempt).stalledUntil)) {
            throw simulation.violated("R1", attempt + " is told " + (now() - attempt.overAt) + " ns late");
        }
    }

    private static Carrier traveller(Attempt attempt) {
        return attempt.isHedge() ? attempt.hedge : attempt.call.runner;
    }

    @Override
    public void over(Attempt attempt) {
        long excused = Math.max(attempt.reportedAt, simulation.world.current().stalledUntil);
        if (attempt.reported && attempt.isInterruptible && now() > excused) {
            throw simulation.violated("R4", attempt + " goes on though nobody wants it");
        }
    }

    // At its end

    private void finished(SimulatedCall call, Event.CallFinished end) {
        long wanted = call.deadlineAt;
        wanted = earlier(wanted, call.interruptedAt);
        wanted = earlier(wanted, call.cancelledAt);
        wanted = Math.max(earlier(wanted, simulation.closedAt), call.beganAt);
        long excused = call.runner == null ? 0 : call.runner.stalledUntil;
        if (simulation.closer != null) { // may be held up while it tells one after the other
            excused = Math.max(excused, simulation.closer.stalledUntil);
        }
        if (now() > Math.max(wanted, excused)) {
            throw simulation.violated(
                    wanted == call.deadlineAt ? "R1" : "R4", call + " ends " + (now() - wanted) + " ns too late");
        }
        boolean stopped = call.unwanted() || simulation.closedAt >= 0;
        if (end.outcome() == Outcome.CANCELLED && !stopped && !isListenerLate(call)) {
            throw simulation.violated("R18", call + " was cancelled by nobody");
        }
        int seen = call.attempts.size();
        int told = call.heard(Event.AttemptFinished.class).size();
        // A hedge that was given up comes to its end by and by; one that is counted may just be on its way to the
        // model.
        boolean right = call.mayBeHedged()
                ? end.attempts() >= seen && end.attempts() - 1 <= told && told <= end.attempts()
                : end.attempts() == seen && told == seen;
        if (!right) {
            throw simulation.violated("R11", call + " reports " + end.attempts() + " attempts; models saw " + seen);
        }
        if (seen > 0) {
            boolean spared = end.variant() == Variant.BASELINE
                    && !end.randomised()
                    && simulation.spending.mayBeBaselineOnly(call);
            if (end.variant() != wanted(call, end) && !spared) {
                throw simulation.violated("R23", call + " was assigned " + end.variant());
            }
            int allowed = simulation.mostSince(call, configuration -> share(configuration, call));
            if (end.share() > allowed) {
                throw simulation.violated("R23", call + " was assigned by " + end.share() + " of " + allowed);
            }
        }
        boolean answered = end.outcome() == Outcome.SUCCESS || end.outcome() == Outcome.DEGRADED;
        Attempt last = seen == 0 ? null : call.attempts.get(seen - 1);
        boolean unheard = call.stream && end.outcome() == Outcome.CANCELLED;
        if (last != null && last.reported && !last.isHedge() && last.failure == null && !answered && !unheard) {
            throw simulation.violated("R3", call + " failed although " + last + " was answered");
        }
        if (last != null && last.failure == FailureKind.TIMEOUT && !stopped) {
            helpedAfterSilence(call, last, end.failure());
        }
    }

    /** A pure function: of salt, unit and share where chance decided, else of what the call and the configuration say. */
    private static Variant wanted(SimulatedCall call, Event.CallFinished end) {
        RolloutSettings settings = call.settings().rollout();
        boolean chance = end.randomised();
        RolloutSettings asAssigned =
                chance ? new RolloutSettings(new Share(end.share()), settings.salt(), false) : settings;
        boolean allowed = chance || call.configuration.useFinetuned(call.settings());
        return new Rollout(call.agent, call.settings().candidate(), allowed, asAssigned)
                .assign(call.options, call.request)
                .variant();
    }

    private static int share(Configuration configuration, SimulatedCall call) {
        return configuration.agents().get(call.agent).rollout().share().thousandths();
    }

    private void helpedAfterSilence(SimulatedCall call, Attempt silent, FailureKind told) {
        boolean helpMayCome = call.mayFallBack()
                && !call.spoken // without consent, or too late
                && silent.variant == Variant.CANDIDATE
                && told.fallback() == FailureKind.Fallback.ALWAYS // an earlier failure may have had another word
                && !isStalled(call);
        if (helpMayCome && call.heard(Event.FellBack.class).isEmpty()) {
            throw simulation.violated("R3", silent + " was silent, and the baseline was not asked");
        }
    }

    @Override
    public void ended(SimulatedCall call) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        if (!call.async && interrupted != (call.interruptedAt >= 0)) {
            throw simulation.violated(
                    "R4", call + (interrupted ? " got an interrupt of others" : " lost its interrupt"));
        }
        if (call.thrown != null) {
            failed(call);
        }
    }

    private void failed(SimulatedCall call) {
        if (call.thrown instanceof CancellationException && call.cancelledAt >= 0
                || call.thrown instanceof MoodyModel.FatalError) {
            return;
        }
        if (!(call.thrown instanceof ChatException told)) {
            throw simulation.violated("R16", call + " got " + call.thrown);
        }
        List<Event.FellBack> falls = call.heard(Event.FellBack.class);
        if (!falls.isEmpty() && told.kind() != FailureKind.CANCELLED) {
            if (told.kind() != falls.get(0).reason()) {
                throw simulation.violated(
                        "R16",
                        call + " was told " + told.kind() + ", but first came "
                                + falls.get(0).reason());
            }
            if (told.getSuppressed().length == 0) {
                throw simulation.violated("R16", call + " was told nothing of its baseline");
            }
        }
        if (!isExplained(call, told.kind())) {
            throw simulation.violated("R16", call + " was told " + told + ", of which nobody had heard");
        }
    }

    private boolean isExplained(SimulatedCall call, FailureKind kind) {
        List<Event.Rejected> refusals = call.heard(Event.Rejected.class);
        return switch (kind) {
                    case CANCELLED -> call.unwanted() || simulation.closedAt >= 0 || isListenerLate(call);
                    case CIRCUIT_OPEN ->
                        refusals.stream().anyMatch(refusal -> refusal.guard().equals("breaker"));
                    case BUDGET_EXCEEDED ->
                        refusals.stream().anyMatch(refusal -> refusal.guard().equals("budget"));
                    case OVERLOADED ->
                        call.runner == null
                                || refusals.stream()
                                        .anyMatch(refusal -> !refusal.guard().equals("breaker")
                                                && !refusal.guard().equals("budget"));
                    default -> false;
                }
                || (kind == FailureKind.TIMEOUT
                        && (now() >= call.deadlineAt
                                || !call.heard(Event.FellBack.class).isEmpty()))
                || call.attempts.stream().anyMatch(attempt -> attempt.failure == kind)
                || isShared(call);
    }

    private static boolean isShared(SimulatedCall call) {
        return call.heard(Event.CacheLookedUp.class).stream()
                .anyMatch(event -> event.result() == dev.understudy.chat.CacheStatus.SHARED);
    }

    /** A listener that is held up until the time is over ends its call by that. */
    private boolean isListenerLate(SimulatedCall call) {
        return call.stream && call.spoken && now() >= call.deadlineAt;
    }

    private boolean isStalled(SimulatedCall call) {
        return call.runner != null && call.runner.stalledUntil >= call.beganAt;
    }

    private static long earlier(long one, long other) {
        return other < 0 ? one : Math.min(one, other);
    }

    private long now() {
        return simulation.world.elapsedNanos();
    }
}
