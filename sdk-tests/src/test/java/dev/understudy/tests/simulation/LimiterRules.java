package dev.understudy.tests.simulation;

import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.throttle.RateLimit;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** R12: never earlier than Retry-After, for anybody; and never faster than the rate limit. */
final class LimiterRules implements Watcher {

    private static final Duration USUAL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Simulation simulation;
    private final Map<String, Long> closedUntil = new HashMap<>();
    private final Map<String, Long> closedSinceMoment = new HashMap<>();
    private final Map<String, Bucket> buckets = new HashMap<>();

    LimiterRules(Simulation simulation) {
        this.simulation = simulation;
    }

    /** The bucket of a rate limit, in the plain way: tokens that come with time. */
    private static final class Bucket {
        final RateLimit limit;
        double tokens;
        long atNanos;

        Bucket(RateLimit limit, long now) {
            this.limit = limit;
            this.tokens = limit.permits();
            this.atNanos = now;
        }

        boolean take(long now) {
            double came = (double) (now - atNanos) / limit.per().toNanos() * limit.permits();
            tokens = Math.min(limit.permits(), tokens + came) - 1;
            atNanos = now;
            return tokens > -1e-6;
        }
    }

    @Override
    public void sent(Attempt attempt) {
        long until = closedUntil.getOrDefault(attempt.model, 0L);
        // A worker may be late: what counts is when the SDK let go.
        if (attempt.sentAt < until && attempt.sentMoment > closedSinceMoment.get(attempt.model)) {
            throw simulation.violated("R12", attempt + " comes " + (until - attempt.sentAt) + " ns too early");
        }
        Bucket bucket = buckets.get(attempt.model);
        // Who waits for a provider's permit besides may come later than its turn, and so together with others.
        boolean alone = attempt.call
                        .configuration
                        .models()
                        .get(attempt.model)
                        .deployment()
                        .provider()
                == null;
        boolean inOrder = bucket != null && attempt.sentAt >= bucket.atNanos; // or its worker was held up
        if (inOrder && alone && simulation.installing == null && !bucket.take(attempt.sentAt)) {
            throw simulation.violated("R12", attempt + " comes faster than " + bucket.limit);
        }
    }

    @Override
    public void reported(Attempt attempt, Event.AttemptFinished event) {
        if (attempt.act.failure() == FailureKind.RATE_LIMITED && attempt.overAt >= 0 && !isLeft(event)) {
            Duration asked = attempt.act.origin().retryAfter();
            Duration pause = asked == null || asked.isNegative() || asked.isZero()
                    ? USUAL
                    : asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
            closedSinceMoment.put(attempt.model, simulation.world.moment());
            closedUntil.merge(attempt.model, simulation.world.elapsedNanos() + pause.toNanos(), Math::max);
        }
    }

    /** Whether the SDK did not wait for the model's word. */
    private static boolean isLeft(Event.AttemptFinished event) {
        return event.failure() == FailureKind.TIMEOUT
                || event.failure() == FailureKind.CANCELLED
                || event.failure() == FailureKind.OUTRUN;
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (call != null
                && event instanceof Event.Rejected refusal
                && refusal.guard().equals("rate-limit")) {
            long until = closedUntil.getOrDefault(refusal.model(), 0L);
            if (simulation.world.elapsedNanos() >= until
                    && buckets.get(refusal.model()) == null
                    && !isTokenLimited(call, refusal.model())
                    && simulation.installing == null
                    && !call.unwanted()) {
                throw simulation.violated("R12", call + " was refused by a limiter that is open");
            }
        }
    }

    /** By the limit that a call saw, or by the one that holds now. */
    private boolean isTokenLimited(SimulatedCall call, String model) {
        return call.configuration.models().get(model).tokenLimit() != null
                || simulation.configuration().models().get(model).tokenLimit() != null;
    }

    @Override
    public void installing() {
        buckets.clear();
    }

    @Override
    public void installed() {
        // Equal limits go on as they are; a full bucket here allows more than that, never less.
        simulation.configuration().models().forEach((name, settings) -> {
            if (settings.rateLimit() != null) {
                buckets.put(name, new Bucket(Objects.requireNonNull(settings.rateLimit()), now()));
            }
        });
    }

    private long now() {
        return simulation.world.elapsedNanos();
    }
}
