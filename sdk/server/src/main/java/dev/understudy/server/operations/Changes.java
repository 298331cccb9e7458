package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.StoreException;
import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Share;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Refusal;
import dev.understudy.server.http.Request;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators change: the share and the kill switch in the configuration file, the ramp in its state, as the command line
 * does. Each change is logged with who and what.
 */
final class Changes {

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

    private final ModelRegistry registry;
    private final ChangeGate gate;
    private final Agents agents;
    private final Moment moment;
    private final FileChanges file;

    Changes(ModelRegistry registry, Duration patience) {
        this.registry = registry;
        this.gate = new ChangeGate(registry);
        this.agents = new Agents(registry);
        this.moment = new Moment(patience);
        this.file = new FileChanges(registry, moment);
    }

    // The rollout of an agent

    /** {@code {"action": "set", "percentage": 10}}, hold, resume, or {@code {"action": "reset", "candidate": "..."}}. */
    Answer rollout(Request request) {
        String who = gate.operator(request);
        return agents.below("/rollouts", request, agent -> rollout(who, agent, new Wish(request.body())));
    }

    private Answer rollout(String who, String agent, Wish wish) {
        String action = wish.text("action", "set, hold, resume or reset");
        return switch (action) {
            case "set" -> {
                wish.only("action", "percentage");
                yield set(who, agent, wish.percentage("percentage"));
            }
            case "hold" -> {
                wish.only("action");
                yield steer(who, agent, "holds", () -> registry.steer(agent).hold(who));
            }
            case "resume" -> {
                wish.only("action");
                yield steer(who, agent, "resumes", () -> registry.steer(agent).resume(who));
            }
            case "reset" -> {
                wish.only("action", "candidate");
                String candidate = wish.text("candidate", "the candidate's name, so that nobody re-arms another one");
                yield steer(who, agent, "resets", () -> reset(who, agent, candidate));
            }
            default -> throw new Refusal(400, "'action' is set, hold, resume or reset");
        };
    }

    private Answer set(String who, String agent, Share share) {
        FileChanges.Done done = tried(
                who,
                "sets agent '" + agent + "' to " + share,
                () -> file.make(edit -> edit.setPercentage(agent, share), now -> share.equals(ceiling(now, agent))));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("in_force", done.inForce());
        tree.put("changes", done.tree());
        tree.put("rollout", RolloutTree.whole(registry.rollout(agent)));
        return Answer.json(done.inForce() ? 200 : 202, tree);
    }

    private static @Nullable Share ceiling(Configuration now, String agent) {
        AgentSettings settings = now.agents().get(agent);
        return settings == null ? null : settings.rollout().share();
    }

    private Answer steer(String who, String agent, String does, Supplier<RolloutState> steering) {
        RolloutState state = tried(who, does + " the rollout of agent '" + agent + "'", () -> {
            try {
                return steering.get();
            } catch (IllegalStateException senseless) {
                throw new Refusal(409, String.valueOf(senseless.getMessage()));
            } catch (StoreException unwritten) {
                throw new Refusal(503, String.valueOf(unwritten.getMessage()));
            }
        });
        boolean inForce = moment.until(() -> registry.rollout(agent).phase() == state.phase());
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("in_force", inForce);
        tree.put("rollout", RolloutTree.whole(registry.rollout(agent)));
        return Answer.json(inForce ? 200 : 202, tree);
    }

    private RolloutState reset(String who, String agent, String candidate) {
        String current = registry.rollout(agent).candidate();
        if (!candidate.equals(current)) {
            throw new IllegalStateException(
                    current == null
                            ? "The agent has no candidate"
                            : "The candidate is '" + current + "', and another one was named");
        }
        return registry.steer(agent).reset(candidate, who);
    }

    // The kill switch

    /** {@code {"use": false}}, for all, or with {@code "agent"} for that one. */
    Answer finetuned(Request request) {
        String who = gate.operator(request);
        Wish wish = new Wish(request.body());
        wish.only("use", "agent");
        boolean use = wish.yesOrNo("use");
        String agent = wish.textOrNull("agent", "the name of an agent; without it the switch for all is meant");
        if (agent != null && !registry.agents().contains(agent)) {
            return agents.unknown();
        }
        FileChanges.Done done = tried(
                who,
                "switches candidates " + (use ? "on" : "off") + (agent == null ? "" : " for agent '" + agent + "'"),
                () -> file.make(edit -> edit.useFinetuned(agent, use), now -> isOn(now, agent) == use));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("in_force", done.inForce());
        tree.put("changes", done.tree());
        tree.put("use_finetuned", registry.configuration().useFinetuned());
        if (agent != null) {
            tree.put("agent", agent);
            tree.put("use_finetuned_by_agent", isOn(registry.configuration(), agent));
        }
        return Answer.json(done.inForce() ? 200 : 202, tree);
    }

    /** What the switch itself says; for an agent its own, which counts only while the one for all is on. */
    private static boolean isOn(Configuration now, @Nullable String agent) {
        if (agent == null) {
            return now.useFinetuned();
        }
        AgentSettings settings = now.agents().get(agent);
        return settings != null && !Boolean.FALSE.equals(settings.useFinetuned());
    }

    // The log

    private static <T> T tried(String who, String what, Supplier<T> change) {
        try {
            T done = change.get();
            LOG.info("Operator '{}' {}{}", who, what, done instanceof FileChanges.Done said ? " (" + said + ")" : "");
            return done;
        } catch (Refusal refusal) {
            LOG.warn("Operator '{}' {}, which was refused: {}", who, what, refusal.getMessage());
            throw refusal;
        }
    }
}
