package dev.understudy.server.http;

import dev.understudy.time.Ticker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Logs what goes wrong: each kind once a minute, with how often it was since, so that nobody can fill the log. Thread-safe. */
final class Complaints {

    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_KINDS = 1_000;

    /**
     * What was said about one kind.
     *
     * @param saidNanos when it was said last
     * @param since how often it was since
     */
    private record Said(long saidNanos, long since) {}

    private final Logger log;
    private final Ticker ticker;
    private final ConcurrentHashMap<String, Said> kinds = new ConcurrentHashMap<>();

    Complaints(Logger log, Ticker ticker) {
        this.log = log;
        this.ticker = ticker;
    }

    /** Something that somebody else did wrong. */
    void warn(String what) {
        long times = times(what);
        if (times > 0) {
            log.warn("{}{}", what, times(times));
        }
    }

    /** Something that we did wrong. */
    void error(String what) {
        long times = times(what);
        if (times > 0) {
            log.error("{}{}", what, times(times));
        }
    }

    private static String times(long times) {
        return times == 1 ? "" : " (" + times + " times since this was logged last)";
    }

    /** How often it was since it was said last, this time included; 0 if it is not to be said now. */
    private long times(String what) {
        if (kinds.size() >= MOST_KINDS && !kinds.containsKey(what)) {
            return 0;
        }
        long now = ticker.nanoTime();
        long[] times = {0};
        kinds.compute(what, (kind, said) -> {
            if (said != null && now - said.saidNanos() < PAUSE_NANOS) {
                times[0] = 0;
                return new Said(said.saidNanos(), said.since() + 1);
            }
            times[0] = said == null ? 1 : said.since() + 1;
            return new Said(now, 0);
        });
        return times[0];
    }
}
