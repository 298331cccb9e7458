package dev.understudy.config;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.error.Bounds;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.rollout.Share;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what only the whole configuration can show: contradictions, and names that nobody defined. */
final class WholeCheck {

    static final String OPERATORS = "server.operators";
    static final String CLIENTS = "server.clients";

    static final String NO_AGENT = "there is none; a configuration needs at least one agent";

    private static final String NAME_RULE =
            "a name is 1 to 100 letters, digits and any of . _ : / - and starts with a letter or digit; choose another";

    private static final Set<String> NOBODY = Set.of("guard", "ramp", "configuration");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}");

    private final @Nullable Set<String> providers;
    private final @Nullable Set<String> models;
    /** Models of which nobody has said what they cost, or only half of it. */
    private final Map<String, String> unpriced = new HashMap<>();

    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, String> ownersOfTokens = new HashMap<>();

    /**
     * Starts a check.
     *
     * @param providers the names that are defined, even if what stands behind them is not right; null if nobody can tell
     * @param models the same for deployments
     */
    WholeCheck(@Nullable Set<String> providers, @Nullable Set<String> models) {
        this.providers = providers;
        this.models = models;
    }

    /** What was found so far. */
    List<Finding> findings() {
        return findings;
    }

    void add(Finding finding) {
        findings.add(finding);
    }

    /** The path of an entity or of one of its settings. */
    static String path(String section, String name, String... setting) {
        return section + "." + Excerpt.key(name) + (setting.length == 0 ? "" : "." + String.join(".", setting));
    }

    /** Checks how something is called. */
    void name(String section, String name) {
        if (!NAME.matcher(name).matches()) {
            add(new Finding(path(section, name), NAME_RULE));
        }
    }

    /** Checks an operator. */
    void operator(String name, Secret token) {
        name(OPERATORS, name);
        if (NOBODY.contains(name)) {
            add(new Finding(
                    path(OPERATORS, name), "is what the history calls what no person did; choose another name"));
        }
        token(OPERATORS, name, token);
    }

    /** Checks a client. */
    void client(String name, Secret key) {
        name(CLIENTS, name);
        token(CLIENTS, name, key);
    }

    private void token(String section, String name, Secret token) {
        int length = token.reveal().length();
        if (length < Operators.MIN_TOKEN_LENGTH) {
            add(new Finding(
                    path(section, name),
                    "the token has " + length + " characters; take at least " + Operators.MIN_TOKEN_LENGTH
                            + ", for example from 'openssl rand -hex 24'"));
        }
        String other = ownersOfTokens.putIfAbsent(token.reveal(), name);
        if (other != null) {
            add(new Finding(
                    path(section, name),
                    "has the same token as " + Excerpt.quoted(other)
                            + "; give each their own, for it says who it was"));
        }
    }

    /** Checks a provider. */
    void provider(Provider provider) {
        name("providers", provider.name());
        address(provider);
    }

    /** Checks a provider's address, which is not shown: it may hold a password. */
    boolean address(Provider provider) {
        String path = path("providers", provider.name(), "base_url");
        URI url = provider.baseUrl();
        boolean web = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
        if (!web || url.getHost() == null) {
            add(new Finding(path, "is not the address of a service; write for example 'https://api.mistral.ai/v1'"));
            return false;
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            add(new Finding(path, "holds more than host, port and path; a key belongs under api_key, by reference"));
            return false;
        }
        return true;
    }

    /** Checks a model. */
    void model(ModelSettings model) {
        name("deployments", model.name());
        String provider = model.deployment().provider();
        if (provider != null) {
            provider(model.name(), provider);
        }
        deployment(model.deployment());
    }

    /** Checks what a deployment says itself. */
    void deployment(Deployment deployment) {
        window(deployment);
        if (!deployment.hasPrice()) {
            unpriced.put(deployment.name(), "has no price");
        }
    }

    /** Notes that a price was written, and whether it is a whole one. */
    void price(String model, boolean whole) {
        if (!whole) {
            unpriced.put(model, "has only half a price");
        }
    }

    /** Checks that a model's provider is defined. */
    void provider(String model, String provider) {
        if (providers != null && !providers.contains(provider)) {
            add(new Finding(
                    path("deployments", model, "provider"),
                    "provider " + Excerpt.quoted(provider) + " is not defined; "
                            + advice(provider, providers, "define it under 'providers'")));
        }
    }

    /** Checks that a prompt fits beside the longest answer. */
    private void window(Deployment deployment) {
        Integer maxTokens = deployment.parameters().maxTokens();
        if (maxTokens != null && deployment.contextWindow() > 0 && maxTokens >= deployment.contextWindow()) {
            add(new Finding(
                    path("deployments", deployment.name(), "max_tokens"),
                    maxTokens + " leaves no room for a prompt in a context_window of " + deployment.contextWindow()
                            + "; write less"));
        }
    }

    /** Checks all agents. */
    void agents(Collection<AgentSettings> agents) {
        if (agents.isEmpty()) {
            add(new Finding("agents", NO_AGENT));
        }
        for (AgentSettings agent : agents) {
            name("agents", agent.name());
            model(agent.name(), "baseline", agent.baseline());
            String candidate = agent.candidate();
            if (candidate != null) {
                model(agent.name(), "candidate", candidate);
            }
            contradictions(agent);
        }
    }

    /** Checks that an agent's model is defined. */
    void model(String agent, String role, String model) {
        if (models != null && !models.contains(model)) {
            add(new Finding(
                    path("agents", agent, role),
                    "model " + Excerpt.quoted(model) + " is not defined; "
                            + advice(model, models, "define it under 'deployments'")));
        }
    }

    /** Checks what an agent's settings make of each other. */
    void contradictions(AgentSettings agent) {
        if (agent.baseline().equals(agent.candidate())) {
            add(new Finding(
                    path("agents", agent.name(), "candidate"),
                    "is the baseline itself, which cannot stand in for"
                            + " itself; name another model, or leave the candidate out"));
        }
        Duration reserve = agent.fallback().reserve();
        if (reserve != null && reserve.compareTo(agent.timeout()) >= 0) {
            add(new Finding(
                    path("agents", agent.name(), "reserve"),
                    Bounds.spell(reserve)
                            + " leaves the candidate nothing of a timeout of " + Bounds.spell(agent.timeout())
                            + "; write less, or a share such as '40%'"));
        }
        if (agent.budget() != null) {
            budget(agent);
        }
        if (agent.hedge() != null) {
            hedge(agent, agent.hedge());
        }
        boolean ramp =
                agent.rollout().ramp().climbs() && agent.rollout().share().equals(Share.ALL);
        if (agent.candidate() == null && !ramp && agent.rollout().share().thousandths() > 0) {
            add(new Finding(
                    path("agents", agent.name(), "rollout", "percentage"),
                    agent.rollout().share()
                            + " of the calls would go to a candidate, and there is none; name one, or write 0"));
        }
    }

    /** A hedge that could never be sent is a mistake, and not an idle wish. */
    private void hedge(AgentSettings agent, HedgeSettings hedge) {
        String path = path("agents", agent.name(), "hedge");
        int attempts = agent.retry().maxAttempts();
        if (attempts < HedgeSettings.LEAST_ATTEMPTS) {
            add(new Finding(
                    path,
                    "needs max_attempts of " + HedgeSettings.LEAST_ATTEMPTS + " or more, not " + attempts
                            + ": one for the candidate, one for the hedge, one for the baseline if both fail"));
        }
        Duration after = hedge.after();
        if (after != null && after.compareTo(candidatesTime(agent)) >= 0) {
            add(new Finding(
                    path,
                    "after " + Bounds.spell(after) + " the candidate's time is over, which is "
                            + Bounds.spell(candidatesTime(agent)) + " of a timeout of "
                            + Bounds.spell(agent.timeout()) + "; write less, or p95"));
        }
    }

    private static Duration candidatesTime(AgentSettings agent) {
        Duration reserve = agent.fallback().reserve();
        long nanos = agent.timeout().toNanos();
        long kept = reserve != null
                ? reserve.toNanos()
                : (long) (nanos * agent.fallback().reserveShare());
        return Duration.ofNanos(Math.max(0, nanos - kept));
    }

    /** What costs nobody knows what cannot be kept within a budget. */
    private void budget(AgentSettings agent) {
        for (String model : new String[] {agent.baseline(), agent.candidate()}) {
            String lacking = model == null ? null : unpriced.get(model);
            if (model != null && lacking != null) {
                add(new Finding(
                        path("agents", agent.name(), "budget"),
                        "nobody can tell what is spent, for model " + Excerpt.quoted(model) + " " + lacking
                                + "; write one under " + path("deployments", model)
                                + ", for example 'price: { input: 0.25, output: 0.25 }', or zeros where it is free"));
            }
        }
    }

    private String advice(String unknown, Set<String> known, String none) {
        // Comparing thousands of wrong names with thousands of right ones would take long, and nobody would read it.
        return findings.size() >= Problems.MOST ? none : NearestName.advice(unknown, known, none);
    }
}
