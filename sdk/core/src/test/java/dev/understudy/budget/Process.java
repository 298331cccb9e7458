package dev.understudy.budget;

import dev.understudy.event.BudgetState;
import dev.understudy.event.Event;
import dev.understudy.store.RolloutStore;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One process that has a budget, with a clock that the test moves and a wall clock that it may also set. */
final class Process {

    static final String AGENT = "qa_agent";
    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    final FakeTicker ticker = new FakeTicker();
    final RecordedEvents events = new RecordedEvents();
    final Budget budget;
    final AtomicInteger woken = new AtomicInteger();
    volatile Instant wall;

    Process(long id, BudgetSettings settings, RolloutStore store, Instant wall) {
        this.wall = wall;
        this.budget = new Budget(
                AGENT, settings, store, ticker, () -> this.wall, events.asEvents(), id, woken::incrementAndGet);
        budget.round();
    }

    Process(long id, BudgetSettings settings, RolloutStore store) {
        this(id, settings, store, NOON);
    }

    /** A call begins and ends. */
    void spend(double cost) {
        budget.spend(begin(), cost);
    }

    Spending begin() {
        return budget.at(ticker.nanoTime());
    }

    void pass(Duration time) {
        ticker.advance(time);
        wall = wall.plus(time);
    }

    boolean refuses() {
        return budget.refuses(ticker.nanoTime());
    }

    double spent() {
        return budget.status().spent();
    }

    /** What was told, in order. */
    List<BudgetState> told() {
        return events.of(Event.BudgetReached.class).stream()
                .map(event -> event.status().state())
                .toList();
    }
}
