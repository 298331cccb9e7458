package dev.understudy.tests.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.RolloutPhase;
import dev.understudy.rollout.RolloutState;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.testing.ChildJvm;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service is killed at any instant, again and again, while its ramp climbs and while its candidate is rolled back. No share is
 * in force that was not written down first, none is higher after a restart, no step is skipped, and what was rolled back
 * stays so.
 */
@Rule("R24")
class KilledServiceTest {

    @TempDir
    private Path directory;

    @Test
    void a_ramp_under_fire() throws Exception {
        new Story(directory, 20261121).tell(12, 6);
    }

    @Test
    @Tag("soak")
    void sixty_ramps_under_fire() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            new Story(directory.resolve("seed-" + seed), seed).tell(30, 10);
        }
    }

    /** Where the rollout stands: what a line of the service speaks of, or what is written down. */
    private record Stand(RolloutPhase phase, int step, int share) {
        static Stand of(String[] words) {
            return new Stand(RolloutPhase.valueOf(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
        }

        static Stand of(RolloutState state) {
            return new Stand(state.phase(), state.step(), state.share().thousandths());
        }

        boolean takenAway() {
            return phase == RolloutPhase.QUARANTINED || phase == RolloutPhase.ROLLED_BACK;
        }
    }

    /** All lives of one service. */
    private static final class Story {

        private final Path directory;
        private final RolloutStore store;
        private final long seed;
        private final Random random;
        /** What is written down; nothing before the first life wrote anything. */
        private @Nullable Stand written;
        /** What is being written. */
        private @Nullable Stand pending;

        private int lives;

        Story(Path directory, long seed) {
            this.directory = directory;
            this.store = new FileRolloutStore(directory);
            this.seed = seed;
            this.random = new Random(seed);
        }

        void tell(int climbing, int latched) throws Exception {
            for (int i = 0; i < climbing; i++) {
                live("good");
            }
            assertThat(written).as("seed %s", seed).isNotNull();
            assertThat(written.step()).as("the step, seed %s", seed).isPositive();
            assertThat(written.takenAway()).as("seed %s", seed).isFalse();
            for (int i = 0; i < 100 && !written.takenAway(); i++) {
                live("bad");
            }
            for (int i = 0; i < latched; i++) {
                assertThat(written.takenAway()).as("seed %s", seed).isTrue();
                live(i % 2 == 0 ? "good" : "bad");
            }
        }

        private void live(String candidate) throws IOException, InterruptedException {
            lives++;
            boolean latched = written != null && written.takenAway();
            for (String line : lines(candidate)) {
                String where = "life " + lives + " of seed " + seed + ": " + line;
                String[] words = line.split(" ");
                Stand stand = Stand.of(words);
                switch (words[0]) {
                    case "writes" -> {
                        int next = written == null ? 0 : written.step() + 1;
                        assertThat(stand.step()).as(where).isBetween(0, next);
                        assertThat(written != null && written.takenAway() && !stand.takenAway())
                                .as("%s: a rollback is undone", where)
                                .isFalse();
                        pending = stand;
                    }
                    case "wrote" -> {
                        assertThat(stand).as(where).isEqualTo(pending);
                        written = stand;
                        pending = null;
                    }
                    case "force" -> {
                        assertThat(stand.share()).as(where).isLessThanOrEqualTo(written == null ? 0 : written.share());
                        assertThat(stand.step()).as(where).isEqualTo(written == null ? 0 : written.step());
                        if (latched) {
                            assertThat(words[5])
                                    .as("%s: calls of the candidate", where)
                                    .isEqualTo("0");
                        }
                    }
                    default -> throw new AssertionError(where);
                }
            }
            Stand found = store.read(Service.AGENT)
                    .map(record -> RolloutState.read(Service.AGENT, record))
                    .map(Stand::of)
                    .orElse(null);
            if (pending == null) {
                assertThat(found).as("after life %s of seed %s", lives, seed).isEqualTo(written);
            } else {
                assertThat(found).as("after life %s of seed %s", lives, seed).isIn(written, pending);
            }
            written = found;
            pending = null;
        }

        /** Everything that a service said in its life. */
        private List<String> lines(String candidate) throws IOException, InterruptedException {
            List<String> said = new ArrayList<>();
            try (ChildJvm service = ChildJvm.start(Service.class, directory, candidate)) {
                // Some die before they have begun, some in the middle of a write, some between two.
                String verb = random.nextBoolean() ? "writes" : "force";
                for (int left = random.nextInt(6); left > 0; ) {
                    String line = service.line();
                    assertThat(line)
                            .as("life %s of seed %s ended by itself", lives, seed)
                            .isNotNull();
                    said.add(line);
                    left -= line.startsWith(verb) ? 1 : 0;
                }
                long instant = System.nanoTime() + random.nextInt(5_000_000);
                while (System.nanoTime() - instant < 0) {
                    Thread.onSpinWait();
                }
                said.addAll(service.kill());
            }
            return said;
        }
    }
}
