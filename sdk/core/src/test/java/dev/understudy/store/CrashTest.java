package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes without pause is killed at any instant, again and again: what is in the store afterwards is the last
 * record that it had finished, or the one that it was writing, whole, and never an older one.
 */
class CrashTest {

    @TempDir
    private Path directory;

    @Test
    void thirty_kills() throws Exception {
        kill(30, 20261121);
    }

    @Test
    @Tag("soak")
    void a_thousand_kills() throws Exception {
        kill(1000, 42);
    }

    private void kill(int times, long seed) throws Exception {
        Random random = new Random(seed);
        FileRolloutStore store = new FileRolloutStore(directory);
        long finished = 0;
        int halfWay = 0;
        for (int i = 0; i < times; i++) {
            List<String> said = new ArrayList<>();
            try (ChildJvm writer = ChildJvm.start(Writer.class, directory)) {
                int records = random.nextInt(12);
                while (said.size() < 2 * records) {
                    said.add(writer.line());
                }
                long instant = System.nanoTime() + random.nextInt(4_000_000);
                while (System.nanoTime() - instant < 0) {
                    Thread.onSpinWait();
                }
                said.addAll(writer.kill());
            }
            long begun = finished;
            for (String line : said) {
                long epoch = Long.parseLong(line.substring(line.indexOf(' ') + 1));
                if (line.startsWith("begins ")) {
                    assertThat(epoch).as("kill %s of seed %s", i, seed).isEqualTo(finished + 1);
                    begun = epoch;
                } else {
                    assertThat(line).isEqualTo("wrote " + begun);
                    finished = epoch;
                }
            }
            StoredRecord found = store.read("qa_agent").orElse(null);
            long epoch = found == null ? 0 : found.epoch();
            assertThat(epoch).as("kill %s of seed %s", i, seed).isBetween(finished, begun);
            if (found != null) {
                assertThat(found).isEqualTo(Writer.record(epoch));
            }
            halfWay += begun > finished ? 1 : 0;
            finished = epoch;
        }
        assertThat(finished).as("records").isGreaterThan(times);
        assertThat(halfWay).as("kills in the middle of a write").isPositive();
    }

    /** Writes one record after the other, and says so before and after. */
    static final class Writer {

        public static void main(String[] arguments) {
            FileRolloutStore store = new FileRolloutStore(Path.of(arguments[0]));
            long epoch = store.read("qa_agent").map(StoredRecord::epoch).orElse(0L);
            while (!System.out.checkError()) { // or nobody listens any more
                System.out.println("begins " + (epoch + 1));
                if (!store.write("qa_agent", epoch, record(epoch + 1))) {
                    throw new IllegalStateException("nobody else writes");
                }
                epoch++;
                System.out.println("wrote " + epoch);
            }
        }

        /** A share that goes up and down, and about as much beside it as evidence takes. */
        static StoredRecord record(long epoch) {
            String share = String.valueOf(new Random(epoch).nextInt(100_001));
            String evidence = Long.toHexString(epoch * 0x9e3779b97f4a7c15L).repeat((int) (epoch % 2000));
            return new StoredRecord(
                    epoch,
                    StoredRecord.first(Map.of("share", share, "evidence", evidence))
                            .fields());
        }
    }
}
