package dev.understudy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is written to a logger and those below it while this is open, from one level on. */
final class Lines implements AutoCloseable {

    private final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            line.prepareForDeferredProcessing();
            all.add(line);
        }
    };
    private final Logger logger;
    private final Map<Logger, Level> before = new HashMap<>();

    Lines(String name, Level level) {
        logger = (Logger) LoggerFactory.getLogger(name);
        for (Logger each : logger.getLoggerContext().getLoggerList()) {
            if (each.getName().startsWith(name) && each.getLevel() != null) {
                before.put(each, each.getLevel());
                each.setLevel(null);
            }
        }
        before.putIfAbsent(logger, null);
        logger.setLevel(level);
        logger.setAdditive(false);
        logger.addAppender(appender);
        appender.start();
    }

    List<ILoggingEvent> all() {
        return all;
    }

    List<String> messages() {
        return all.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** The pairs of a line. */
    static Map<String, String> pairs(ILoggingEvent line) {
        Map<String, String> pairs = new TreeMap<>();
        if (line.getKeyValuePairs() != null) {
            line.getKeyValuePairs().forEach(pair -> pairs.put(pair.key, String.valueOf(pair.value)));
        }
        return pairs;
    }

    /** Everything that any layout could write. */
    String everything() {
        StringBuilder text = new StringBuilder();
        for (ILoggingEvent line : all) {
            text.append(line.getFormattedMessage()).append(' ').append(pairs(line));
            if (line.getThrowableProxy() != null) {
                text.append(ThrowableProxyUtil.asString(line.getThrowableProxy()));
            }
            text.append('\n');
        }
        return text.toString();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
        before.forEach(Logger::setLevel);
    }
}
