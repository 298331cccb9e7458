package dev.understudy.cli;

import dev.understudy.insight.Comparison;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how far back to look: {@code 5m}, {@code 1h}, {@code 24h}, {@code 7d}, or {@code rollout} for all of it. */
final class Window implements ITypeConverter<Duration> {

    private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,5})(s|m|h|d)");

    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));

    @Override
    public Duration convert(String text) {
        if (text.equals("rollout")) {
            return Comparison.WHOLE_ROLLOUT;
        }
        Matcher time = TIME.matcher(text);
        Duration unit = time.matches() ? UNITS.get(time.group(2)) : null;
        if (unit == null) {
            throw new TypeConversionException(
                    "'" + text + "' is not a time; write for example 5m, 1h, 24h, or rollout");
        }
        return unit.multipliedBy(Long.parseLong(time.group(1)));
    }

    /** In words. */
    static String spell(Duration window) {
        if (window.equals(Comparison.WHOLE_ROLLOUT)) {
            return "the whole rollout";
        }
        for (String unit : new String[] {"d", "h", "m"}) {
            long seconds = UNITS.getOrDefault(unit, Duration.ZERO).toSeconds();
            // A day is 24h in everybody's mouth.
            if (window.toSeconds() % seconds == 0 && window.toSeconds() > seconds * ("d".equals(unit) ? 1 : 0)) {
                return "the last " + window.toSeconds() / seconds + unit;
            }
        }
        return "the last " + window.toSeconds() + "s";
    }
}
