package dev.understudy.retry;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.RefusedException;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Tries the same model again where the failure says that this makes sense, and the number of attempts, the deadline and the
 * budget allow. Pauses are the upstream's {@code Retry-After}, else drawn with full jitter from a range that doubles (Marc
 * Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * <p>The first failure is the one that is thrown, and carries those of the retries as suppressed: the first cause is never
 * lost. A later one that forbids the fallback, or allows it only on a condition (cancelled, an invalid request, a content
 * filter …), is the last word: it is thrown, and carries the first.
 */
public final class RetryStage implements Stage {

    private static final long NEVER = -1;
    /** What must be left after the pause: an attempt with less than this has hardly begun before it is over. */
    private static final long LEAST_ATTEMPT_NANOS = 50_000_000;

    private final RetrySettings settings;
    private final RetryBudget budget;
    private final Waiting waiting;
    private final RandomGenerator random;

    /**
     * Retries calls of one model.
     *
     * @param settings how often, and how patiently
     * @param budget how many retries the model can bear, shared by all who call it
     * @param waiting the clock, and where pauses are slept
     * @param random draws the pauses; thread-safe
     */
    public RetryStage(RetrySettings settings, RetryBudget budget, Waiting waiting, RandomGenerator random) {
        this.settings = settings;
        this.budget = budget;
        this.waiting = waiting;
        this.random = random;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        budget.deposit();
        ChatException told = null;
        long pause = 0;
        for (int retries = 0; ; retries++) {
            try {
                if (retries > 0) {
                    waiting.sleep(pause, call.deadline());
                    call.ensureLive();
                }
                return next.proceed(call);
            } catch (ChatException failure) {
                told = told == null ? failure : joined(told, failure);
                pause = mayRetry(call, failure, retries) ? pauseNanos(call, failure, retries) : NEVER;
                if (pause == NEVER || !budget.tryWithdraw() || !call.mayRestart(failure, call.model())) {
                    throw told;
                }
            }
        }
    }

    private boolean mayRetry(ChatCall call, ChatException failure, int retries) {
        return isWorthAnother(failure)
                && !call.isHedge() // it is extra work already
                && retries < (call.lastLeg() ? settings.withoutFallback() : settings.withFallback())
                && call.attempts() < settings.maxAttempts() - call.attemptsKept();
    }

    /** What the upstream says beats the table, save where nothing was sent, nobody waits any more, or no time is left. */
    private static boolean isWorthAnother(ChatException failure) {
        return failure.retryable()
                && !(failure instanceof RefusedException)
                && failure.kind() != FailureKind.CANCELLED
                && failure.kind() != FailureKind.TIMEOUT;
    }

    private long pauseNanos(ChatCall call, ChatException failure, int retries) {
        long room = call.deadline().remainingNanos() - LEAST_ATTEMPT_NANOS;
        if (room < 0) {
            return NEVER;
        }
        Duration asked = failure.origin().retryAfter();
        if (asked == null || asked.isNegative() || asked.isZero()) {
            return random.nextLong(Math.min(room, ceilingNanos(retries)) + 1);
        }
        // Never earlier than asked; where that is too late, whoever comes next is asked now. The order matters: what an
        // upstream asks for may be longer than nanoseconds can say.
        boolean fits = asked.compareTo(settings.maxRetryAfter()) <= 0 && asked.toNanos() <= room;
        return fits ? asked.toNanos() : NEVER;
    }

    private long ceilingNanos(int retries) {
        long ceiling = settings.backoff().toNanos();
        long most = settings.maxBackoff().toNanos();
        for (int i = 0; i < retries && ceiling < most; i++) {
            ceiling *= 2;
        }
        return Math.min(ceiling, most);
    }

    private static ChatException joined(ChatException first, ChatException later) {
        boolean lastWord = later.kind().fallback() != FailureKind.Fallback.ALWAYS;
        ChatException told = lastWord ? later : first;
        ChatException carried = lastWord ? first : later;
        // A model may throw the same object twice, or one that carries the other already.
        if (told != carried && !carries(carried, told) && !carries(told, carried)) {
            told.addSuppressed(carried);
        }
        return told;
    }

    private static boolean carries(ChatException outer, ChatException inner) {
        return outer.getCause() == inner || Arrays.asList(outer.getSuppressed()).contains(inner);
    }
}
