package dev.understudy.config;

import dev.understudy.config.Node.Scalar;
import dev.understudy.config.Node.Type;
import dev.understudy.error.Bounds;
import dev.understudy.rollout.Share;
import dev.understudy.throttle.RateLimit;
import dev.understudy.throttle.TokenLimit;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of values that operators write: each knows its unit, its bounds, and what to say to somebody who missed them. */
final class Values {

    private static final Pattern QUANTITY = Pattern.compile("(-?)(\\d{1,15}(?:\\.\\d{1,9})?)( *)([A-Za-z]*)");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?) ?%");
    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d*)");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,15}(\\.\\d{1,15})?");
    private static final Pattern RATE = Pattern.compile("([1-9]\\d{0,8}) ?/ ?(s|min|h)");
    private static final Pattern TOKEN_RATE = Pattern.compile("([1-9]\\d{0,11}) ?/ ?(s|min|h)");
    private static final Pattern FINE = Pattern.compile("\\d{1,3}(\\.\\d{1,3})?( ?%)?");

    private static final Map<String, Duration> TIME_UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private static final Map<String, Duration> RATE_UNITS =
            Map.of("s", Duration.ofSeconds(1), "min", Duration.ofMinutes(1), "h", Duration.ofHours(1));

    private static final Map<String, Long> SIZE_UNITS =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private static final Set<String> YES = Set.of("yes", "on", "y");
    private static final Set<String> NO = Set.of("no", "off", "n");

    private static final String A_DURATION = "a duration, for example '5s' or '500ms'";
    private static final String A_SIZE = "a size, for example '64MiB'";

    private Values() {}

    /** True or false, and nothing that older YAML took for it. */
    static Value<Boolean> trueOrFalse() {
        return Value.scalar("true or false", scalar -> {
            if (scalar.type() == Type.BOOLEAN) {
                return scalar.text().equalsIgnoreCase("true");
            }
            String word = scalar.text().toLowerCase(Locale.ROOT);
            String remedy =
                    YES.contains(word) ? "write true" : NO.contains(word) ? "write false" : "write true or false";
            boolean inQuotes = scalar.quoted() && (word.equals("true") || word.equals("false"));
            throw new Refusal(Excerpt.quoted(scalar.text()) + " is not true or false; "
                    + (inQuotes ? "write it without quotes" : remedy));
        });
    }

    /** Whether a scalar means that something is switched off: {@code off}, or {@code false}, to which some tools turn it. */
    static boolean isOff(Node node) {
        return node instanceof Scalar scalar
                && (scalar.text().equals("off")
                        || scalar.type() == Type.BOOLEAN && scalar.text().equalsIgnoreCase("false"));
    }

    /** A whole number. */
    static Value<Integer> whole(int least, int most) {
        return Value.scalar("a whole number", scalar -> Math.toIntExact(wholeNumber(scalar, least, most)));
    }

    /** A whole number that may be large. */
    static Value<Long> wholeLong(long least, long most) {
        return Value.scalar("a whole number", scalar -> wholeNumber(scalar, least, most));
    }

    private static long wholeNumber(Scalar scalar, long least, long most) throws Refusal {
        String text = scalar.text();
        if (!WHOLE.matcher(text).matches()) {
            throw new Refusal(Excerpt.quoted(text) + " is not a whole number; write only digits, between " + least
                    + " and " + most);
        }
        if (scalar.quoted()) {
            throw new Refusal(Excerpt.quoted(text) + " is text; write " + text + " without quotes");
        }
        // No bound has more than 18 digits.
        if (text.replace("-", "").length() > 18) {
            throw outOfBounds(text, least, most);
        }
        long value = Long.parseLong(text);
        if (value < least || value > most) {
            throw outOfBounds(text, least, most);
        }
        return value;
    }

    /** A number with or without decimals. */
    static Value<Double> number(double least, double most) {
        return Value.scalar("a number", scalar -> {
            if (!DECIMAL.matcher(scalar.text()).matches()) {
                throw new Refusal(Excerpt.quoted(scalar.text()) + " is not a number; write for example 0.7");
            }
            if (scalar.quoted()) {
                throw new Refusal(
                        Excerpt.quoted(scalar.text()) + " is text; write " + scalar.text() + " without quotes");
            }
            double value = Double.parseDouble(scalar.text());
            if (value < least || value > most) {
                throw outOfBounds(scalar.text(), plain(least), plain(most));
            }
            return value;
        });
    }

    /** A duration with its unit. */
    static Value<Duration> duration(Duration least, Duration most) {
        return Value.scalar(A_DURATION, scalar -> readDuration(scalar.text(), least, most));
    }

    static Duration readDuration(String text, Duration least, Duration most) throws Refusal {
        BigDecimal nanos = quantity(text, A_DURATION, "for example '5s' or '500ms'", "ms, s, m, h, d", unit -> {
            Duration one = TIME_UNITS.get(unit);
            return one == null ? null : BigDecimal.valueOf(one.toNanos());
        });
        boolean outside = nanos.compareTo(BigDecimal.valueOf(least.toNanos())) < 0
                || nanos.compareTo(BigDecimal.valueOf(most.toNanos())) > 0;
        if (outside) {
            throw outOfBounds(text, Bounds.spell(least), Bounds.spell(most));
        }
        return Duration.ofNanos(nanos.longValue());
    }

    /** A size in bytes, with its unit. */
    static Value<Long> size(long least, long most) {
        return Value.scalar(A_SIZE, scalar -> {
            String text = scalar.text();
            BigDecimal bytes = quantity(text, A_SIZE, "for example '64MiB'", "B, KiB, MiB, GiB", unit -> {
                Long one = SIZE_UNITS.get(unit);
                return one == null ? null : BigDecimal.valueOf(one);
            });
            boolean outside =
                    bytes.compareTo(BigDecimal.valueOf(least)) < 0 || bytes.compareTo(BigDecimal.valueOf(most)) > 0;
            if (outside) {
                throw outOfBounds(text, spellSize(least), spellSize(most));
            }
            return bytes.longValue();
        });
    }

    private interface Units {
        @Nullable
        BigDecimal of(String unit);
    }

    private static BigDecimal quantity(String text, String what, String example, String units, Units one)
            throws Refusal {
        Matcher quantity = QUANTITY.matcher(text);
        if (!quantity.matches()) {
            throw new Refusal(
                    Excerpt.quoted(text) + " is not " + what.substring(0, what.indexOf(',')) + "; write " + example);
        }
        String unit = quantity.group(4);
        if (unit.isEmpty()) {
            throw new Refusal(Excerpt.quoted(text) + " has no unit; write " + example);
        }
        BigDecimal factor = one.of(unit);
        if (factor == null) {
            throw new Refusal(Excerpt.quoted(text) + " has an unknown unit; write one of " + units + ", " + example);
        }
        if (!quantity.group(1).isEmpty()) {
            throw new Refusal(Excerpt.quoted(text) + " is negative; write " + example);
        }
        if (!quantity.group(3).isEmpty()) {
            throw new Refusal(Excerpt.quoted(text) + " holds a blank; write '" + quantity.group(2) + unit + "'");
        }
        return new BigDecimal(quantity.group(2)).multiply(factor);
    }

    /** A share with its sign, as a fraction of one. */
    static Value<Double> share(double least, double most) {
        return Value.scalar("a share, for example '25%'", scalar -> readShare(scalar.text(), least, most));
    }

    static double readShare(String text, double least, double most) throws Refusal {
        Matcher percent = PERCENT.matcher(text);
        if (!percent.matches()) {
            throw new Refusal(
                    DECIMAL.matcher(text).matches()
                            ? Excerpt.quoted(text) + " has no percent sign; write for example '25%'"
                            : Excerpt.quoted(text) + " is not a share; write for example '25%'");
        }
        double value = new BigDecimal(percent.group(1)).movePointLeft(2).doubleValue();
        if (value < least || value > most) {
            throw outOfBounds(text, plain(least * 100) + "%", plain(most * 100) + "%");
        }
        return value;
    }

    /** A share of traffic, with or without its sign. */
    static Value<Share> percentage() {
        return Value.scalar("a percentage, for example 25", scalar -> {
            String text = scalar.text();
            if (!FINE.matcher(text).matches()) {
                throw new Refusal(Excerpt.quoted(text)
                        + " is not a percentage; write between 0 and 100 with at most three decimals, for example 25");
            }
            BigDecimal percent = new BigDecimal(text.replace("%", "").strip());
            if (percent.compareTo(BigDecimal.valueOf(100)) > 0) {
                throw outOfBounds(text, 0, 100);
            }
            return new Share(percent.movePointRight(3).intValueExact());
        });
    }

    /** What is kept for the baseline: a share of the time-out, or a duration. */
    static Value<Reserve> reserve() {
        return Value.scalar(
                "a share or a duration, for example '40%' or '2s'",
                scalar -> {
                    String text = scalar.text();
                    if (text.endsWith("%")) {
                        return new Reserve(null, readShare(text, 0.01, 0.9));
                    }
                    if (DECIMAL.matcher(text).matches()) {
                        throw new Refusal(Excerpt.quoted(text) + " has no unit; write for example '40%' or '2s'");
                    }
                    return new Reserve(readDuration(text, AgentSettings.MIN_TIMEOUT, AgentSettings.MAX_TIMEOUT), null);
                });
    }

    /** Requests per period. */
    static Value<RateLimit> rate() {
        return Value.scalar("a rate, for example '600/min'", scalar -> {
            Matcher rate = RATE.matcher(scalar.text());
            if (!rate.matches()) {
                throw new Refusal(Excerpt.quoted(scalar.text())
                        + " is not a rate; write a number of requests per s, min or h, for example '600/min'");
            }
            long permits = Long.parseLong(rate.group(1));
            Duration per = RATE_UNITS.get(rate.group(2));
            if (permits > 1_000_000 || per == null) {
                throw outOfBounds(scalar.text(), 1, 1_000_000);
            }
            return new RateLimit((int) permits, per);
        });
    }

    /** Tokens per period. */
    static Value<TokenLimit> tokens() {
        return Value.scalar("a rate, for example '90000/min'", scalar -> {
            Matcher rate = TOKEN_RATE.matcher(scalar.text());
            if (!rate.matches()) {
                throw new Refusal(Excerpt.quoted(scalar.text())
                        + " is not a rate; write a number of tokens per s, min or h, for example '90000/min'");
            }
            long tokens = Long.parseLong(rate.group(1));
            Duration per = RATE_UNITS.get(rate.group(2));
            if (tokens > 1_000_000_000 || per == null) {
                throw outOfBounds(scalar.text(), 1, 1_000_000_000);
            }
            return new TokenLimit(tokens, per);
        });
    }

    /** Text of at least one character. */
    static Value<String> text(int most) {
        return Value.scalar("text", scalar -> {
            if (scalar.text().isBlank()) {
                throw new Refusal("is empty; write text, or leave the key out");
            }
            if (scalar.text().length() > most) {
                throw new Refusal("has " + scalar.text().length() + " characters; write at most " + most);
            }
            return scalar.text();
        });
    }

    /** One text, or a list of them. */
    static Value<List<String>> texts(int most, int mostCharacters) {
        Value<String> one = text(mostCharacters);
        return (node, where, problems) -> {
            if (!(node instanceof Node.Sequence sequence)) {
                String only = one.read(node, where, problems);
                return only == null ? null : List.of(only);
            }
            if (sequence.elements().size() > most) {
                problems.add(where, "has " + sequence.elements().size() + " elements; write at most " + most);
                return null;
            }
            List<String> texts = new ArrayList<>();
            for (Node.Entry element : sequence.elements()) {
                String text = one.read(element.value(), where.at(texts.size(), element.line()), problems);
                if (text == null) {
                    return null;
                }
                texts.add(text);
            }
            return texts;
        };
    }

    /** A list of values of one kind. */
    static <T> Value<List<T>> list(Value<T> one, int most) {
        return (node, where, problems) -> {
            if (!(node instanceof Node.Sequence sequence)) {
                problems.add(where, Value.mismatch(node, "a list, in square brackets"));
                return null;
            }
            if (sequence.elements().size() > most) {
                problems.add(where, "has " + sequence.elements().size() + " elements; write at most " + most);
                return null;
            }
            List<T> values = new ArrayList<>();
            for (Node.Entry element : sequence.elements()) {
                T value = one.read(element.value(), where.at(values.size(), element.line()), problems);
                if (value == null) {
                    return null;
                }
                values.add(value);
            }
            return values;
        };
    }

    /** A map from names to values of one kind. */
    static <T> Value<Map<String, T>> named(Value<T> one, String what) {
        return (node, where, problems) -> {
            if (!(node instanceof Node.Mapping mapping)) {
                problems.add(where, Value.mismatch(node, what));
                return null;
            }
            Map<String, T> values = new LinkedHashMap<>();
            for (Map.Entry<String, Node.Entry> entry : mapping.entries().entrySet()) {
                Where at = where.at(entry.getKey(), entry.getValue().line());
                T value = one.read(entry.getValue().value(), at, problems);
                if (value != null) {
                    values.put(entry.getKey(), value);
                }
            }
            return values;
        };
    }

    /** One value, or a list of at least one. */
    static <T> Value<List<T>> oneOrMore(Value<T> one, int most) {
        Value<List<T>> list = list(one, most);
        return (node, where, problems) -> {
            if (!(node instanceof Node.Sequence sequence)) {
                T only = one.read(node, where, problems);
                return only == null ? null : List.of(only);
            }
            if (sequence.elements().isEmpty()) {
                problems.add(where, "is an empty list; write one value, or leave the key out");
                return null;
            }
            return list.read(node, where, problems);
        };
    }

    /** One of some words: the names of constants in lower case. */
    static <T extends Enum<T>> Value<T> word(T[] constants) {
        Map<String, T> words = new LinkedHashMap<>();
        for (T constant : constants) {
            words.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        return Value.scalar("one of " + String.join(", ", words.keySet()), scalar -> {
            T constant = words.get(scalar.text());
            if (constant == null) {
                throw new Refusal(Excerpt.quoted(scalar.text()) + " is none of the words that are known; write one of "
                        + String.join(", ", words.keySet()));
            }
            return constant;
        });
    }

    /** A map, or {@code off}. */
    static Value<Section> mapOrOff(Value<Section> map, String what) {
        return (node, where, problems) -> {
            if (isOff(node)) {
                return Section.OFF;
            }
            if (node instanceof Scalar scalar && scalar.type() != Type.EMPTY) {
                problems.add(where, Excerpt.quoted(scalar.text()) + " does not say " + what + ", or off");
                return null;
            }
            return map.read(node, where, problems);
        };
    }

    /** An address. */
    static Value<URI> address() {
        return Value.scalar("an address, for example 'https://api.mistral.ai/v1'", scalar -> {
            try {
                return new URI(scalar.text());
            } catch (URISyntaxException notShown) { // the address may hold a password
                throw new Refusal("is not an address; write for example 'https://api.mistral.ai/v1'");
            }
        });
    }

    private static Refusal outOfBounds(String text, Object least, Object most) {
        return new Refusal(Excerpt.quoted(text) + " is out of bounds; write between " + least + " and " + most);
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    private static String spellSize(long bytes) {
        return bytes % (1L << 30) == 0
                ? (bytes >> 30) + "GiB"
                : bytes % (1L << 20) == 0 ? (bytes >> 20) + "MiB" : (bytes >> 10) + "KiB";
    }
}
