package dev.understudy.tests.sixteen;

import dev.understudy.ModelRegistry;
import java.time.Duration;
import java.util.List;

/** Two models that do as they are told, and a registry that asks them: on the wire, or in memory. */
interface Upstream extends AutoCloseable {

    String CANDIDATE = "candidate";
    String BASELINE = "baseline";

    ModelRegistry registry();

    /** What a model does with its next requests, by the names of the hostile server's faults; the last one stays. */
    void script(String model, String... faults);

    /** When each request for a model came, by {@link #nanoTime()}. */
    List<Long> sent(String model);

    long nanoTime();

    /** Lets time pass. */
    void pass(Duration time);

    @Override
    void close();
}
