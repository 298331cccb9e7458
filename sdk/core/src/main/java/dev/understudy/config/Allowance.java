package dev.understudy.config;

import dev.understudy.budget.BudgetSettings;
import dev.understudy.event.BudgetPeriod;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A budget in three words: {@code 20 per day}.
 *
 * @param limit the amount
 * @param per the period
 */
record Allowance(double limit, BudgetPeriod per) {

    private static final Pattern WORDS = Pattern.compile("(-?\\d{1,15}(?:\\.\\d{1,9})?)(?: +per +([A-Za-z]+))?");
    private static final List<String> PERIODS =
            Arrays.stream(BudgetPeriod.values()).map(BudgetPeriod::tag).toList();

    static Value<Allowance> value() {
        return Value.scalar("a budget, for example '20 per day'", scalar -> read(scalar.text()));
    }

    private static Allowance read(String text) throws Refusal {
        Matcher words = WORDS.matcher(text);
        if (!words.matches()) {
            throw new Refusal(
                    Excerpt.quoted(text) + " is not a budget; write an amount in the currency of the prices and"
                            + " its period, for example '20 per day'");
        }
        String amount = words.group(1);
        if (words.group(2) == null) {
            throw new Refusal(Excerpt.quoted(text) + " has no period; write for example '" + amount + " per day'");
        }
        int period = PERIODS.indexOf(words.group(2));
        if (period < 0) {
            throw new Refusal(Excerpt.quoted(text) + " has an unknown period; write one of "
                    + String.join(", ", PERIODS) + ", for example '" + amount + " per day'");
        }
        double limit = Double.parseDouble(amount);
        if (limit < BudgetSettings.MIN_LIMIT || limit > BudgetSettings.MAX_LIMIT) {
            throw new Refusal(Excerpt.quoted(text) + " is out of bounds; write an amount between "
                    + plain(BudgetSettings.MIN_LIMIT) + " and " + plain(BudgetSettings.MAX_LIMIT));
        }
        return new Allowance(limit, BudgetPeriod.values()[period]);
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
