package dev.understudy.micrometer;

import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import io.micrometer.core.instrument.Counter;

/** The requests of one agent to one model, and what they cost. */
final class SpendingMeters {

    private static final int INPUT = 0;
    private static final int OUTPUT = 1;
    private static final String[] DIRECTIONS = {"input", "output"};

    private final AttemptMeters attempts;
    private final Meters meters;
    private final Row<Counter> tokens;
    private final Row<Counter> cost;

    SpendingMeters(String agent, String model, AttemptMeters attempts, Meters meters) {
        this.attempts = attempts;
        this.meters = meters;
        tokens = new Row<>(DIRECTIONS.length, i -> meters.tokens(agent, model, DIRECTIONS[i]));
        cost = new Row<>(DIRECTIONS.length, i -> meters.cost(agent, model, DIRECTIONS[i]));
    }

    void finished(Event.AttemptFinished attempt) {
        attempts.finished(attempt.failure(), attempt.latencyNanos());
        Usage usage = attempt.usage();
        Price price = attempt.price();
        spent(INPUT, usage.inputTokens(), price.inputOf(usage));
        spent(OUTPUT, usage.outputTokens(), price.outputOf(usage));
    }

    private void spent(int direction, long count, double price) {
        if (count > 0) {
            meters.add(tokens.get(direction), (double) count);
        }
        if (price > 0) {
            meters.add(cost.get(direction), price);
        }
    }
}
