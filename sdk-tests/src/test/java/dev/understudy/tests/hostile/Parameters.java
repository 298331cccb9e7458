package dev.understudy.tests.hostile;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What follows the name of a fault: {@code ;key=value;key=value}. Each must be asked for, so that none is misspelt. */
final class Parameters {

    private final String text;
    private final Map<String, String> left = new LinkedHashMap<>();

    Parameters(String text, String[] pairs) {
        this.text = text;
        for (int i = 1; i < pairs.length; i++) {
            int equals = pairs[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("No value for " + pairs[i] + " in " + text);
            }
            left.put(pairs[i].substring(0, equals), pairs[i].substring(equals + 1));
        }
    }

    String get(String key, String otherwise) {
        String value = left.remove(key);
        return value == null ? otherwise : value;
    }

    int number(String key, int otherwise) {
        return Integer.parseInt(get(key, String.valueOf(otherwise)));
    }

    Duration millis(String key, int otherwise) {
        return Duration.ofMillis(number(key, otherwise));
    }

    void ensureAllUsed() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("Nobody knows " + left.keySet() + " of " + text);
        }
    }
}
