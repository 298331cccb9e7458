package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.examples.Trace.Arrival;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceTest {

    @Test
    void fifteen_minutes_of_arrivals_come_in_order() throws Exception {
        Trace trace = Trace.load();
        List<Arrival> arrivals = trace.arrivals();

        assertThat(arrivals).hasSize(6242).isSortedAccordingTo(Comparator.comparingDouble(Arrival::seconds));
        assertThat(arrivals.get(0)).isEqualTo(new Arrival(0.145, 1475, 77));
        assertThat(arrivals.get(2288)).isEqualTo(new Arrival(299.943, 4095, 136));
        assertThat(arrivals.get(6241)).isEqualTo(new Arrival(899.917, 1603, 91));
        assertThat(trace.seconds()).isEqualTo(899.917);
    }
}
