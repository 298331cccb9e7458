package dev.understudy.tests.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that anybody logs, at the finest level, by SLF4J and by {@code java.util.logging} (OkHttp's way), while
 * the tests of a class run, warm; and fails the test in which a canary was seen there, or in anything {@linkplain #check shown}
 * to it. Nothing is kept: what has been read is forgotten.
 */
final class CanaryWatch
        implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, TestExecutionExceptionHandler {

    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final AtomicLong READ = new AtomicLong();

    private final Reader reader = new Reader();
    private final JulReader julReader = new JulReader();
    private final List<Appender<ILoggingEvent>> silenced = new ArrayList<>();
    private Level level;
    private java.util.logging.Level julLevel;
    private Handler[] julSilenced = {};

    /** How many log events have been read so far: a watch that reads nothing proves nothing. */
    static long read() {
        return READ.get();
    }

    /** Looks at one more text. */
    static void check(String where, String text) {
        Canaries.in(text).ifPresent(form -> LEAKS.add(where + " shows " + form + ": " + text));
    }

    /** Looks at everything that an exception shows, its causes and what it carries included. */
    static void check(Throwable failure) {
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        check("A stack trace", all.toString());
        check("A localized message", failure.getLocalizedMessage());
    }

    /** Looks at the names of all threads. */
    static void checkThreads() {
        Thread.getAllStackTraces().keySet().forEach(thread -> check("A thread's name", thread.getName()));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Logger root = root();
        level = root.getLevel();
        for (Iterator<Appender<ILoggingEvent>> i = root.iteratorForAppenders(); i.hasNext(); ) {
            silenced.add(i.next());
        }
        silenced.forEach(root::detachAppender);
        reader.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        reader.start();
        root.addAppender(reader);
        root.setLevel(Level.TRACE);

        java.util.logging.Logger jul = LogManager.getLogManager().getLogger("");
        julLevel = jul.getLevel();
        julSilenced = jul.getHandlers();
        Arrays.stream(julSilenced).forEach(jul::removeHandler);
        julReader.setLevel(java.util.logging.Level.ALL);
        jul.addHandler(julReader);
        jul.setLevel(java.util.logging.Level.ALL);

        World.warmUp();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        checkThreads();
        List<String> leaks = new ArrayList<>();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            leaks.add(leak);
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError("R28: " + leaks.size() + " leaks, such as " + leaks.get(0));
        }
    }

    /** A failure is told with what the server saw and the registry told. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failure.addSuppressed(new AssertionError(World.story()));
        throw failure;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Logger root = root();
        root.detachAppender(reader);
        root.setLevel(level);
        silenced.forEach(root::addAppender);

        java.util.logging.Logger jul = LogManager.getLogManager().getLogger("");
        jul.removeHandler(julReader);
        jul.setLevel(julLevel);
        Arrays.stream(julSilenced).forEach(jul::addHandler);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static final class Reader extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            READ.incrementAndGet();
            check("Log of " + event.getLoggerName(), event.getFormattedMessage());
            check("Log of " + event.getLoggerName(), Arrays.toString(event.getArgumentArray()));
            check("MDC of " + event.getLoggerName(), event.getMDCPropertyMap().toString());
            if (event.getThrowableProxy() != null) {
                check("Stack of " + event.getLoggerName(), ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }
    }

    private static final class JulReader extends Handler {
        @Override
        public void publish(LogRecord event) {
            READ.incrementAndGet();
            check("JUL of " + event.getLoggerName(), event.getMessage());
            check("JUL of " + event.getLoggerName(), Arrays.toString(event.getParameters()));
            if (event.getThrown() != null) {
                check(event.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
