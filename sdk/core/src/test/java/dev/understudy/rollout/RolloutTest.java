package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.testing.Rule;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RolloutTest {

    private static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user("Where is my parcel?")));

    private static Rollout rollout(double percent) {
        return new Rollout("qa_agent", "tuned", true, new RolloutSettings(Share.percent(percent), null, false));
    }

    private static CallOptions unit(String unit) {
        return CallOptions.builder().unit(unit).build();
    }

    private static Set<String> candidateUnits(Rollout rollout) {
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "user-" + i)
                .filter(unit -> rollout.assign(unit(unit), REQUEST) == Assignment.INSIDE_SHARE)
                .collect(Collectors.toSet());
    }

    @Test
    @Rule("R23")
    void raising_the_share_only_adds_units() {
        Set<String> before = Set.of();
        for (double percent : new double[] {0, 0.001, 1, 5, 25, 50, 99.999, 100}) {
            Set<String> now = candidateUnits(rollout(percent));
            assertThat(now).containsAll(before);
            before = now;
        }
        assertThat(before).hasSize(10_000);
    }

    @Test
    @Rule("R23")
    void the_share_is_met_and_two_agents_are_independent() {
        Set<String> qa = candidateUnits(rollout(25));
        Set<String> support = candidateUnits(
                new Rollout("support_agent", "tuned", true, new RolloutSettings(Share.percent(25), null, false)));
        // Four standard deviations of a binomial of 10,000 at 25 % are 173, of one at 6.25 % are 97.
        assertThat(qa).hasSizeBetween(2327, 2673);
        assertThat(qa.stream().filter(support::contains).count()).isBetween(528L, 722L);
    }

    @Test
    void a_salt_of_the_configuration_decides_the_split() {
        RolloutSettings salted = new RolloutSettings(Share.percent(25), "shared", false);
        assertThat(candidateUnits(new Rollout("a", "x", true, salted)))
                .isEqualTo(candidateUnits(new Rollout("b", "y", true, salted)));
    }

    @Test
    void the_kill_switch_comes_before_everything_the_call_asks_for() {
        Rollout killed = new Rollout("qa_agent", "tuned", false, new RolloutSettings(Share.ALL, null, true));
        CallOptions wish = CallOptions.builder()
                .useFinetuned(true)
                .variant(Variant.CANDIDATE)
                .build();
        assertThat(killed.assign(wish, REQUEST)).isEqualTo(Assignment.KILL_SWITCH);
        assertThat(killed.share()).isEqualTo(Share.NONE);
    }

    @Test
    void a_call_may_refuse_the_candidate_but_not_force_it() {
        CallOptions never = CallOptions.builder().useFinetuned(false).build();
        CallOptions please = CallOptions.builder().useFinetuned(true).build();
        assertThat(rollout(100).assign(never, REQUEST)).isEqualTo(Assignment.OPTED_OUT);
        assertThat(rollout(0).assign(please, REQUEST)).isEqualTo(Assignment.OUTSIDE_SHARE);
    }

    @Test
    void an_explicit_variant_counts_only_where_it_is_allowed() {
        CallOptions canary = CallOptions.builder().variant(Variant.CANDIDATE).build();
        CallOptions control = CallOptions.builder().variant(Variant.BASELINE).build();
        Rollout open = new Rollout("qa_agent", "tuned", true, new RolloutSettings(Share.NONE, null, true));
        assertThat(open.assign(canary, REQUEST)).isEqualTo(Assignment.ASKED_FOR_CANDIDATE);
        assertThat(open.assign(control, REQUEST)).isEqualTo(Assignment.ASKED_FOR_BASELINE);
        assertThat(open.assign(canary, REQUEST).explicit()).isTrue();
        assertThat(rollout(0).assign(canary, REQUEST)).isEqualTo(Assignment.OUTSIDE_SHARE);
    }

    @Test
    void without_a_unit_the_first_user_message_sticks_through_the_dialogue() {
        Rollout half = rollout(50);
        for (int i = 0; i < 200; i++) {
            Message first = Message.user("question " + i);
            Assignment start = half.assign(CallOptions.DEFAULT, ChatRequest.of(List.of(Message.system("s"), first)));
            Assignment later = half.assign(
                    CallOptions.DEFAULT,
                    ChatRequest.of(List.of(Message.system("t"), first, Message.assistant("a"), Message.user("b"))));
            assertThat(later).isEqualTo(start);
        }
    }

    @Test
    void a_call_without_any_unit_is_on_the_candidate_only_when_everybody_is() {
        ChatRequest nobody = ChatRequest.of(List.of(Message.system("Say something.")));
        assertThat(rollout(99.999).assign(CallOptions.DEFAULT, nobody)).isEqualTo(Assignment.OUTSIDE_SHARE);
        assertThat(rollout(100).assign(CallOptions.DEFAULT, nobody)).isEqualTo(Assignment.INSIDE_SHARE);
    }

    @Test
    void an_agent_without_candidate_is_on_its_baseline() {
        Rollout alone = new Rollout("qa_agent", null, true, RolloutSettings.DEFAULT);
        assertThat(alone.assign(CallOptions.DEFAULT, REQUEST)).isEqualTo(Assignment.NO_CANDIDATE);
    }

    @Test
    void a_share_has_steps_of_a_thousandth_of_a_per_cent() {
        assertThat(Share.percent(0.001).thousandths()).isEqualTo(1);
        assertThat(Share.percent(12.345)).hasToString("12.345%");
        assertThat(Share.percent(100)).hasToString("100%");
        assertThatThrownBy(() -> Share.percent(0.0001)).hasMessageContaining("steps of 0.001 %");
        assertThatThrownBy(() -> Share.percent(100.001)).hasMessageContaining("between 0 % and 100 %");
        assertThatThrownBy(() -> Share.percent(Double.NaN)).hasMessageContaining("between 0 % and 100 %");
    }
}
