package dev.understudy.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.Reading;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GaugesTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerListener listener = new MicrometerListener(registry);

    @Test
    void a_reading_is_shown_as_it_is_now() {
        AtomicInteger inFlight = new AtomicInteger(3);
        listener.observe(List.of(inflight("qa_agent", inFlight)));
        assertThat(value("qa_agent")).isEqualTo(3);

        inFlight.set(7);

        assertThat(value("qa_agent")).isEqualTo(7);
        assertThat(registry.get("model.inflight").gauge().getId().getDescription())
                .isEqualTo("Attempts on the wire");
    }

    @Test
    void a_reading_that_is_gone_is_shown_no_longer() {
        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(1)), inflight("old", new AtomicInteger(2))));

        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(1))));

        assertThat(registry.find("model.inflight").gauges()).hasSize(1);
        assertThat(value("qa_agent")).isEqualTo(1);
    }

    @Test
    void a_reading_that_stays_keeps_its_series_and_changes_its_source() {
        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(1))));
        Gauge before = registry.get("model.inflight").gauge();

        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(5))));

        assertThat(registry.get("model.inflight").gauge()).isSameAs(before);
        assertThat(value("qa_agent")).isEqualTo(5);
    }

    @Test
    void a_reading_that_comes_back_is_shown_again() {
        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(1))));
        listener.observe(List.of());
        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(2))));

        assertThat(value("qa_agent")).isEqualTo(2);
    }

    @Test
    void of_two_readings_with_one_name_the_last_is_shown() {
        listener.observe(
                List.of(inflight("qa_agent", new AtomicInteger(1)), inflight("qa_agent", new AtomicInteger(2))));

        assertThat(value("qa_agent")).isEqualTo(2);
    }

    @Test
    void a_gauge_that_somebody_removed_comes_back_with_the_next_configuration() {
        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(1))));
        registry.clear();

        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(2))));

        assertThat(value("qa_agent")).isEqualTo(2);
    }

    @Test
    void a_reading_lives_though_nobody_else_holds_it() {
        listener.observe(List.of(new Reading("model.queue", "Callers waiting", Map.of(), new AtomicInteger(4)::get)));

        collectGarbage();

        assertThat(registry.get("model.queue").gauge().value()).isEqualTo(4);
    }

    @Test
    @Rule("R30")
    void a_source_that_is_gone_is_let_go() {
        WeakReference<Object> source = observed();

        listener.observe(List.of());

        for (int i = 0; i < 50 && source.get() != null; i++) {
            collectGarbage();
        }
        assertThat(source.get()).isNull();
    }

    @Test
    void of_two_instances_with_the_same_agent_the_newer_is_shown() {
        var newer = new MicrometerListener(registry);
        listener.observe(List.of(inflight("qa_agent", new AtomicInteger(1)), inflight("old", new AtomicInteger(9))));

        newer.observe(List.of(inflight("qa_agent", new AtomicInteger(2))));
        assertThat(value("qa_agent")).isEqualTo(2);

        listener.observe(List.of()); // the older one is closed
        assertThat(value("qa_agent")).isEqualTo(2);
        assertThat(registry.find("model.inflight").tags("agent", "old").gauge()).isNull();

        newer.observe(List.of());
        assertThat(registry.getMeters()).noneMatch(Gauge.class::isInstance);
    }

    @Test
    void a_reading_that_throws_is_a_gauge_without_a_value() {
        listener.observe(List.of(
                new Reading("model.queue", "Callers waiting", Map.of(), () -> {
                    throw new IllegalStateException("broken");
                }),
                inflight("qa_agent", new AtomicInteger(1))));

        assertThat(registry.get("model.queue").gauge().value()).isNaN();
        assertThat(value("qa_agent")).isEqualTo(1);
    }

    private WeakReference<Object> observed() {
        AtomicInteger source = new AtomicInteger(1);
        listener.observe(List.of(inflight("qa_agent", source)));
        return new WeakReference<>(source);
    }

    private static void collectGarbage() {
        System.gc();
    }

    private static Reading inflight(String agent, AtomicInteger value) {
        return new Reading("model.inflight", "Attempts on the wire", Map.of("agent", agent), value::get);
    }

    private double value(String agent) {
        @Nullable
        Gauge gauge = registry.find("model.inflight").tags("agent", agent).gauge();
        assertThat(gauge).as(agent).isNotNull();
        return gauge.value();
    }
}
