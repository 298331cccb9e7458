package dev.understudy.tests.simulation;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has passed its breaker and stands in which line since when, as seen from the places where threads park and are
 * preempted.
 */
final class Lines {

    private static final StackWalker STACK = StackWalker.getInstance();

    /** What holds a lock while it reads the clock, or decides and acts by one reading: in there nobody is preempted. */
    private static final List<String> ONE_STEP = List.of(
            "com.github.benmanes.",
            "io.github.resilience4j.",
            "dev.understudy.Assembly.",
            "dev.understudy.ModelRegistry.<init>",
            "dev.understudy.ModelRegistry.install",
            "dev.understudy.breaker.HalfOpenStay",
            "dev.understudy.breaker.ModelBreaker.refusal",
            "dev.understudy.call.ModelStage.",
            "dev.understudy.call.WorkerTask.begin",
            "dev.understudy.throttle.ModelLimiter.",
            "dev.understudy.throttle.Pace.");

    private final VirtualWorld world;
    private final Map<Carrier, Stay> stays = new IdentityHashMap<>();

    Lines(VirtualWorld world) {
        this.world = world;
        world.onPark(this::parks);
        world.onPreempt(this::preempts);
    }

    /** Between breaker and model. */
    private static final class Stay {
        final Since passed;
        /** The gate at which it waits, or waited last. */
        Object line;

        Since inLine = Since.NEVER;
        /** Whether it was preempted in a gate: its first sleep there may come later than its place in line. */
        boolean uncertain;

        Stay(Since passed) {
            this.passed = passed;
        }
    }

    private void parks(Carrier carrier) {
        if (carrier.place.startsWith("PermitGate.")) {
            Stay stay = stay(carrier);
            if (stay.line != carrier.blocker) {
                stay.line = carrier.blocker;
                stay.inLine = now();
            }
        } else if (carrier.place.startsWith("ModelLimiter.")) {
            stay(carrier).line = null; // it will line up again
        } else if (carrier.place.startsWith("RetryStage.") || carrier.place.startsWith("CacheStage.")) {
            forget(carrier);
        }
    }

    private boolean preempts(Carrier carrier) {
        List<String> stack =
                STACK.walk(frames -> frames.map(frame -> frame.getClassName() + "." + frame.getMethodName())
                        .toList());
        if (stack.stream().anyMatch(frame -> ONE_STEP.stream().anyMatch(frame::startsWith))) {
            return false;
        }
        if (stack.stream().anyMatch(frame -> frame.startsWith("dev.understudy.throttle.ThrottleStage"))) {
            stay(carrier).uncertain |=
                    stack.stream().anyMatch(frame -> frame.startsWith("dev.understudy.throttle.PermitGate"));
        }
        return true;
    }

    private Stay stay(Carrier carrier) {
        return stays.computeIfAbsent(carrier, first -> new Stay(now()));
    }

    private Since now() {
        return new Since(world.moment(), world.elapsedNanos());
    }

    /** It has passed its breaker. */
    void passes(Carrier carrier) {
        stay(carrier);
    }

    /** It has left the throttle, one way or the other. */
    void forget(Carrier carrier) {
        stays.remove(carrier);
    }

    /** Returns since when a carrier has stood in a line; never where it does not, or where that is not certain. */
    Since inLine(Carrier carrier, Object line) {
        Stay stay = stays.get(carrier);
        return stay == null || stay.line != line || stay.uncertain ? Since.NEVER : stay.inLine;
    }

    /** Returns when a carrier passed its breaker; never where it has not stopped since. */
    Since passed(Carrier carrier) {
        Stay stay = stays.get(carrier);
        return stay == null ? Since.NEVER : stay.passed;
    }

    /**
     * When something began.
     *
     * @param moment on the count of moments
     * @param atNanos on the clock
     */
    record Since(long moment, long atNanos) {
        static final Since NEVER = new Since(Long.MAX_VALUE, Long.MAX_VALUE);
    }
}
