package dev.understudy.tests.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Silences the SDK's log for a while: broken listeners are part of the play, and ten thousand times the news of it is none. */
final class Quiet implements AutoCloseable {

    private final Logger log = (Logger) LoggerFactory.getLogger("dev.understudy");
    private final Level level = log.getLevel();

    Quiet() {
        log.setLevel(Level.OFF);
    }

    @Override
    public void close() {
        log.setLevel(level);
    }
}
