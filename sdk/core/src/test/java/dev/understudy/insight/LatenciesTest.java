package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void cells_are_those_of_an_hdr_histogram_of_two_digits() {
        Histogram histogram = new Histogram(LatencyScale.UNIT_MICROS, LatencyScale.LONGEST_MICROS, LatencyScale.DIGITS);
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 100_000; i++) {
            long micros = random.nextLong(1L << random.nextInt(1, 33));
            int cell = LatencyScale.cell(micros);
            assertThat(LatencyScale.lowest(cell)).isEqualTo(histogram.lowestEquivalentValue(micros));
            assertThat(LatencyScale.lowest(cell + 1)).isEqualTo(histogram.nextNonEquivalentValue(micros));
        }
        assertThat(LatencyScale.cell(Long.MAX_VALUE)).isEqualTo(LatencyScale.CELLS - 1);
        assertThat(LatencyScale.cell(-5)).isZero();
    }

    @Test
    void other_tools_can_read_what_is_packed() throws DataFormatException {
        Latencies latencies = new Latencies();
        latencies.add(LatencyScale.cell(120_000), 9);
        latencies.add(LatencyScale.cell(680_000), 1);

        Histogram histogram = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(latencies.pack()), 0);

        assertThat(histogram.getTotalCount()).isEqualTo(10);
        assertThat(histogram.getValueAtPercentile(50)).isBetween(119_000L, 121_000L);
        assertThat(histogram.getMaxValue()).isBetween(675_000L, 685_000L);
    }

    @Test
    void what_was_packed_comes_back() {
        Latencies latencies = new Latencies();
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 5_000; i++) {
            latencies.add(random.nextInt(LatencyScale.CELLS), random.nextInt(1, 1_000_000));
        }

        Latencies back = Latencies.unpack(latencies.pack());

        assertThat(back.total()).isEqualTo(latencies.total());
        for (int cell = 0; cell < LatencyScale.CELLS; cell++) {
            assertThat(back.at(cell)).isEqualTo(latencies.at(cell));
        }
    }

    @Test
    void the_fastest_and_the_slowest_call_bound_every_rank() {
        Latencies latencies = new Latencies();
        latencies.add(10, 1);
        latencies.add(2_000, 1);

        assertThat(latencies.cellOfRank(-3)).isEqualTo(10);
        assertThat(latencies.cellOfRank(2)).isEqualTo(2_000);
        assertThat(latencies.cellOfRank(9)).isEqualTo(2_000);
        assertThat(new Latencies().quantileMillis(0.5)).isNaN();
    }

    @Test
    void foreign_bytes_are_refused() {
        assertThatThrownBy(() -> Latencies.unpack(new byte[] {1, 2, 3})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Latencies.unpack(new byte[200])).isInstanceOf(IllegalArgumentException.class);
    }
}
