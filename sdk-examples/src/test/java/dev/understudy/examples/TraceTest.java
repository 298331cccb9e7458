package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.examples.Trace.Arrival;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceTest {

    @Test
    void five_minutes_of_arrivals_come_in_order() throws Exception {
        List<Arrival> arrivals = Trace.load().arrivals();

        assertThat(arrivals).hasSize(2289).isSortedAccordingTo(Comparator.comparingDouble(Arrival::seconds));
        assertThat(arrivals.get(0)).isEqualTo(new Arrival(0.145, 1475, 77));
        assertThat(arrivals.get(2288)).isEqualTo(new Arrival(299.943, 4095, 136));
    }
}
