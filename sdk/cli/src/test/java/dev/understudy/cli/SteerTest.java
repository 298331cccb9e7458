package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Share;
import dev.understudy.rollout.Steering;
import dev.understudy.rollout.Written;
import dev.understudy.store.FileRolloutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Show, hold, resume and reset, through the state beside the file. */
class SteerTest {

    private static final String CANDIDATE = "qa-tuned-v1.3";

    @TempDir
    Path folder;

    private Path file;
    private FileRolloutStore store;

    @BeforeEach
    void configure() {
        file = Given.file(folder);
        store = new FileRolloutStore(folder.resolve("understudy.yaml.state"));
    }

    private void running() {
        Written.running(store, "qa_agent", CANDIDATE, 0, Share.ALL, Share.percent(25));
    }

    private void rolledBack() {
        Written.rolledBack(store, "qa_agent", CANDIDATE, Share.percent(25));
    }

    private RolloutState state() {
        return new Steering(store, "qa_agent", InstantSource.system()).state().orElseThrow();
    }

    private Run rollout(String command, Object... more) {
        Object[] args = new Object[3 + more.length];
        args[0] = "rollout";
        args[1] = file;
        args[2] = command;
        System.arraycopy(more, 0, args, 3, more.length);
        return Run.of(args);
    }

    private String bucketOf(String unit) {
        return Run.of("bucket", file, "--agent", "qa_agent", "--unit", unit, "--json")
                .out();
    }

    // Show

    @Test
    void without_a_state_the_file_says_what_will_be() {
        Run run = rollout("show");

        assertThat(run.code()).isZero();
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("qa_agent qa-tuned-v1.3 RUNNING 25% 25% - - not begun")
                .contains("support_agent qa-tuned-v1.3 RUNNING 0% 0% - -")
                .doesNotContain("legal_agent");
        assertThat(Files.exists(store.directory())).isFalse();
    }

    @Test
    void a_rollback_is_shown_with_its_evidence_and_history() {
        rolledBack();

        Run run = rollout("show", "--agent", "qa_agent");

        assertThat(run.code()).isZero();
        assertThat(run.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("ROLLED_BACK 0% 25% - 2026-11-20T17:42:38Z GUARD")
                .contains("A latched rollback decides: 0 of the baseline's 10 calls")
                .contains("p95 over the limit 3 3 128.50")
                .contains("2026-11-20T17:42:07Z ramp RUNNING 25% Begins at 25%")
                .contains("2026-11-20T17:42:38Z guard ROLLED_BACK 0% 0 of the baseline's 10 calls");
    }

    @Test
    void for_programs_a_rollout_is_an_object() {
        rolledBack();

        assertThat(rollout("show", "--agent", "qa_agent", "--json").lines())
                .singleElement()
                .asString()
                .startsWith("{\"agent\":\"qa_agent\",\"baseline\":\"open-mistral-7b\",\"candidate\":\"qa-tuned-v1.3\","
                        + "\"phase\":\"ROLLED_BACK\",\"reason\":\"GUARD\",\"share_percent\":0.0,\"ceiling_percent\":25.0,"
                        + "\"stages_percent\":[],\"step\":0,\"since\":\"2026-11-20T17:42:38.123Z\",")
                .contains("\"epoch\":2,")
                .contains("\"candidate_seen\":{\"calls\":3,\"errors\":0,\"slow\":3}")
                .contains("\"by\":\"guard\"");
    }

    @Test
    void a_damaged_state_is_shown_as_nobody_on_the_candidate() throws IOException {
        running();
        Path record = store.directory().resolve("qa_agent.state");
        Files.writeString(record, Files.readString(record).replace("25000", "99000"));

        assertThat(rollout("show", "--agent", "qa_agent").out().replaceAll("\\s+", " "))
                .contains("HOLD 0% 25% - - STATE_REFUSED")
                .contains("Nobody is on 'qa-tuned-v1.3': ");
        assertThat(bucketOf("1")).contains("BASELINE");
    }

    @Test
    void the_step_of_a_ramp_is_shown() {
        file = Given.file(
                folder, Given.FILE.replace("percentage: 25,", "percentage: 100, stages: [1%, 5%, 25%, 100%],"));
        Written.running(store, "qa_agent", CANDIDATE, 1, Share.percent(5), Share.ALL);

        assertThat(rollout("show").out()).contains("RUNNING     5%     100%  2 of 4");
    }

    // Who is on the candidate

    @Test
    void a_bucket_follows_the_state() {
        assertThat(bucketOf("1")).contains("CANDIDATE");
        running();
        assertThat(bucketOf("1")).contains("CANDIDATE");

        assertThat(rollout("set", "--percentage", "10", "--agent", "qa_agent").code())
                .isZero();
        assertThat(bucketOf("1")).contains("BASELINE");
        assertThat(rollout("set", "--percentage", "50", "--agent", "qa_agent").code())
                .isZero();
        assertThat(bucketOf("1")).contains("CANDIDATE");

        store = new FileRolloutStore(folder.resolve("other.state"));
        file = Given.file(folder, "state: { directory: other.state }\n" + Given.FILE);
        rolledBack();
        assertThat(bucketOf("1")).contains("\"bucket\":20535,\"variant\":\"BASELINE\"");
    }

    @Test
    void a_bucket_follows_the_step_of_a_ramp() {
        file = Given.file(folder, Given.FILE.replace("percentage: 25,", "percentage: 100, stages: [1%, 25%, 100%],"));
        assertThat(bucketOf("1")).contains("BASELINE");

        Written.running(store, "qa_agent", CANDIDATE, 1, Share.percent(25), Share.ALL);

        assertThat(bucketOf("1")).contains("CANDIDATE");
        assertThat(bucketOf("42")).contains("BASELINE");
    }

    // Steering

    @Test
    void a_rollout_is_held_and_resumed_by_somebody() {
        running();

        Run hold = rollout("hold", "--agent", "qa_agent", "--by", "jane");
        assertThat(hold.code()).isZero();
        assertThat(hold.out().replaceAll("\\s+", " ")).contains("qa_agent qa-tuned-v1.3 HOLD 25% On hold at 25%");
        assertThat(state().decisions()).last().satisfies(decision -> assertThat(decision.by())
                .isEqualTo("jane"));

        Run resume = rollout("resume", "--agent", "qa_agent", "--json");
        assertThat(resume.code()).isZero();
        assertThat(resume.out()).contains("\"phase\":\"RUNNING\"");
        assertThat(state().decisions()).last().satisfies(decision -> assertThat(decision.by())
                .isNotBlank());
        assertThat(Given.text(file)).isEqualTo(Given.FILE);
    }

    @Test
    void a_candidate_that_was_rolled_back_starts_again_by_a_reset_that_names_it() {
        rolledBack();

        assertThat(rollout("reset", "--agent", "qa_agent").code()).isEqualTo(2);
        Run other = rollout("reset", "--agent", "qa_agent", "--candidate", "qa-tuned-v1.2");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("qa-tuned-v1.2");
        assertThat(state().phase()).hasToString("ROLLED_BACK");

        Run run = rollout("reset", "--agent", "qa_agent", "--candidate", CANDIDATE, "--by", "jane");

        assertThat(run.code()).isZero();
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("qa_agent qa-tuned-v1.3 RUNNING")
                .contains("begins as soon as an application looks");
        assertThat(state().decisions()).last().satisfies(decision -> assertThat(decision.by())
                .isEqualTo("jane"));
    }

    @Test
    void what_cannot_be_done_is_told_with_its_reason() {
        rolledBack();

        Run run = rollout("hold", "--agent", "qa_agent");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("is ROLLED_BACK: there is nothing to hold")
                .doesNotContain("\tat ");
    }

    @Test
    void a_damaged_state_is_left_by_a_reset_that_names_the_candidate() throws IOException {
        running();
        Path record = store.directory().resolve("qa_agent.state");
        Files.writeString(record, Files.readString(record).replace("25000", "99000"));

        assertThat(rollout("hold", "--agent", "qa_agent").code()).isEqualTo(1);
        assertThat(rollout("reset", "--agent", "qa_agent", "--candidate", "x").err())
                .startsWith("The candidate of 'qa_agent' is 'qa-tuned-v1.3', not 'x'");
        assertThat(rollout("reset", "--agent", "qa_agent", "--candidate", CANDIDATE)
                        .code())
                .isZero();
        assertThat(state().candidate()).isEqualTo(CANDIDATE);
    }

    @Test
    void what_never_began_is_not_reset() {
        rolledBack();

        Run run = rollout("reset", "--agent", "support_agent", "--candidate", CANDIDATE);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("No application has begun a rollout of 'support_agent'");
        assertThat(store.read("support_agent")).isEmpty();
    }

    @Test
    void where_no_state_is_nothing_is_made() {
        for (String command : new String[] {"hold", "resume"}) {
            Run run = rollout(command, "--agent", "qa_agent");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).startsWith("There is no state in ");
        }
        assertThat(rollout("reset", "--agent", "qa_agent", "--candidate", CANDIDATE)
                        .code())
                .isEqualTo(1);
        assertThat(Files.exists(store.directory())).isFalse();
    }

    @Test
    void one_of_several_agents_is_named() {
        running();

        assertThat(rollout("hold").err())
                .startsWith("Several agents have a candidate: qa_agent, support_agent; name one with --agent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"guard", "ramp", "configuration", "", " ", "a\nb"})
    void who_decides_is_a_person(String by) {
        running();

        Run run = rollout("hold", "--agent", "qa_agent", "--by", by);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("Who decides?");
    }
}
