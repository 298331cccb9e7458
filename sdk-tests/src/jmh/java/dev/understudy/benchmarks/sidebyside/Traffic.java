package dev.understudy.benchmarks.sidebyside;

import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/** Who asks, and what: 5,000 users, and a kilobyte that is never the same twice, so that no cache answers for the model. */
final class Traffic {

    private static final int USERS = 5000;
    private static final String QUESTION =
            "Where is my parcel? It should have been here three days ago, and nobody can tell me where it is now. "
                    .repeat(10);

    private static final Random RANDOM = new Random(Incident.SEED);
    private static final String[] UNITS = Stream.generate(
                    () -> new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString())
            .limit(USERS)
            .toArray(String[]::new);

    private Traffic() {}

    static String unit(long call) {
        return UNITS[(int) Long.remainderUnsigned(call * 0x9E3779B97F4A7C15L >>> 20, USERS)];
    }

    static String prompt(long call) {
        return QUESTION + call;
    }

    /** Asks, and sees to it that the answer is whole. */
    static void ask(Contestant contestant, long call) throws Exception {
        String text = contestant.ask(unit(call), prompt(call));
        if (text.length() != Answers.TEXT.length()) {
            throw new IllegalStateException("An answer of " + text.length() + " characters");
        }
    }
}
