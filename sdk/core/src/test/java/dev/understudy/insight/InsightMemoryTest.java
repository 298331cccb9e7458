package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Variant;
import dev.understudy.testing.FakeTicker;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** What an agent costs after five weeks of many users and latencies all over the scale: under a mebibyte. */
class InsightMemoryTest {

    private static final int DAYS = 36;

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final Insight insight = calls.insight();

    @Test
    void an_agent_takes_less_than_a_mebibyte() throws ReflectiveOperationException {
        insight.watch(Calls.subject("tuned"));
        SplittableRandom random = new SplittableRandom(1);
        for (int hour = 0; hour < DAYS * 24; hour++) {
            serve(100, random);
            ticker.advance(Duration.ofHours(1));
            insight.round();
        }
        for (int stretch = 0; stretch < 26 * 6; stretch++) { // the day that is kept by the hour is the busiest
            serve(1_000, random);
            ticker.advance(Duration.ofMinutes(10));
            insight.round();
        }
        for (int second = 0; second < 200; second += 2) {
            serve(1_000, random);
            ticker.advance(Duration.ofSeconds(2));
            insight.round();
        }

        Field agents = Insight.class.getDeclaredField("agents");
        agents.setAccessible(true);
        long bytes = sizeOf(((Map<?, ?>) agents.get(insight)).get(Calls.AGENT));

        assertThat(bytes).isBetween(200L << 10, 1L << 20);
    }

    private void serve(int number, SplittableRandom random) {
        for (int i = 0; i < number; i++) {
            insight.on(calls.good(
                    i % 2 == 0 ? Variant.CANDIDATE : Variant.BASELINE, random.nextInt(), Duration.ofNanos((long)
                            (1e7 * Math.exp(8 * random.nextDouble())))));
        }
    }

    /**
     * What is reachable, by the layout of a 64-bit JVM with compressed references: an upper bound, for a field is counted with 8
     * bytes where it may have less. Not followed: what belongs to the test, to the JDK, and classes.
     */
    private static long sizeOf(Object root) throws ReflectiveOperationException {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> open = new ArrayDeque<>();
        open.push(root);
        long bytes = 0;
        while (!open.isEmpty()) {
            Object each = open.pop();
            if (!seen.add(each) || isForeign(each)) {
                continue;
            }
            Class<?> type = each.getClass();
            if (type.isArray()) {
                bytes += 16 + (long) Array.getLength(each) * width(type.getComponentType());
                for (int i = 0; !type.getComponentType().isPrimitive() && i < Array.getLength(each); i++) {
                    push(open, Array.get(each, i));
                }
                continue;
            }
            if (each instanceof Map<?, ?> map) {
                bytes += 48 + 48L * map.size();
                map.forEach((key, value) -> {
                    push(open, key);
                    push(open, value);
                });
                continue;
            }
            if (each instanceof Collection<?> collection) {
                bytes += 32 + 8L * collection.size();
                collection.forEach(element -> push(open, element));
                continue;
            }
            if (each instanceof AtomicIntegerArray array) {
                bytes += 32 + 4L * array.length();
                continue;
            }
            if (each instanceof AtomicLongArray array) {
                bytes += 32 + 8L * array.length();
                continue;
            }
            if (each instanceof AtomicReferenceArray<?> array) {
                bytes += 32 + 4L * array.length();
                for (int i = 0; i < array.length(); i++) {
                    push(open, array.get(i));
                }
                continue;
            }
            bytes += 16;
            for (Class<?> level = type; level != null; level = level.getSuperclass()) {
                for (Field field : level.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        bytes += 8;
                        if (!field.getType().isPrimitive()) {
                            push(open, valueOf(field, each));
                        }
                    }
                }
            }
        }
        return bytes;
    }

    private static Object valueOf(Field field, Object owner) throws ReflectiveOperationException {
        field.setAccessible(true);
        return field.get(owner);
    }

    private static void push(Deque<Object> open, Object value) {
        if (value != null) {
            open.push(value);
        }
    }

    private static boolean isForeign(Object each) {
        return each instanceof Class
                || each instanceof Enum
                || each instanceof ReentrantLock
                || each instanceof FakeTicker
                || each instanceof Calls
                || each instanceof String
                || each instanceof Instant
                || each instanceof LocalDate
                || each instanceof Duration
                || each.getClass().isHidden();
    }

    private static int width(Class<?> type) {
        if (type == byte.class || type == boolean.class) {
            return 1;
        }
        if (type == short.class || type == char.class) {
            return 2;
        }
        return type == long.class || type == double.class ? 8 : 4;
    }
}
