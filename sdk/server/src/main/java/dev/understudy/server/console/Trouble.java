package dev.understudy.server.console;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it should be, or as somebody would expect it, and what was done about it: the parts of one sentence.
 * "qa_agent: candidate 'qa-tuned-v1.3' was rolled back, 12 s ago: slower than 500 ms in 6 of 6 calls; everybody is answered by
 * 'open-mistral-7b'".
 *
 * @param level how bad it is
 * @param agent whose trouble it is, or null where it is everybody's
 * @param what what happened
 * @param at when it happened, or null where nobody noted it
 * @param lasting whether it has lasted since then, rather than happened then
 * @param why what was seen, or null
 * @param now what was done about it, and how things stand, or null
 */
record Trouble(
        Level level,
        @Nullable String agent,
        String what,
        @Nullable Instant at,
        boolean lasting,
        @Nullable String why,
        @Nullable String now) {

    /** How bad something is, from bad to good. */
    enum Level {
        /** Callers see errors. */
        FAILING,
        /** A candidate was taken away a moment ago. */
        BAD,
        /** The understudy is at work: some calls are not answered by the model that they were assigned to. */
        DEGRADED,
        /** A person should look at it. */
        WAIT,
        /** A person wants it so. */
        CALM
    }

    Map<String, @Nullable Object> tree() {
        return new Tree()
                .put("level", level.name())
                .put("agent", agent)
                .put("what", what)
                .put("at", at)
                .put("lasting", lasting)
                .put("why", why)
                .put("now", now)
                .map();
    }
}
