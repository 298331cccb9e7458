package dev.understudy.config;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.error.Bounds;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What only the whole configuration can show: contradictions, and names that nobody defined. */
final class WholeCheck {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}");

    private WholeCheck() {}

    /** Everything that is wrong, in the order of the file's sections. */
    static List<Finding> findings(Configuration configuration) {
        List<Finding> findings = new ArrayList<>();
        for (Provider provider : configuration.providers().values()) {
            name("providers", provider.name(), findings);
            address(provider, findings);
        }
        for (ModelSettings model : configuration.models().values()) {
            name("deployments", model.name(), findings);
            model(model.deployment(), configuration.providers().keySet(), findings);
        }
        if (configuration.agents().isEmpty()) {
            findings.add(new Finding("agents", "there is none; a configuration needs at least one agent"));
        }
        for (AgentSettings agent : configuration.agents().values()) {
            name("agents", agent.name(), findings);
            references(agent, configuration.models().keySet(), findings);
            contradictions(agent, findings);
        }
        return findings;
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    private static void name(String section, String name, List<Finding> to) {
        if (!isName(name)) {
            to.add(new Finding(
                    section, "a name is 1 to 100 letters, digits and . _ : / -, and starts with a letter or digit"));
        }
    }

    static void address(Provider provider, List<Finding> to) {
        String path = "providers." + provider.name() + ".base_url";
        URI url = provider.baseUrl();
        if (!("https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme()))
                || url.getHost() == null) {
            to.add(new Finding(path, "is not the address of a service; write for example 'https://api.mistral.ai/v1'"));
        } else if (url.getUserInfo() != null || url.getQuery() != null || url.getFragment() != null) {
            to.add(new Finding(path, "holds more than host, port and path; a key belongs under api_key, by reference"));
        }
    }

    static void model(Deployment deployment, Collection<String> providers, List<Finding> to) {
        String path = "deployments." + deployment.name();
        String provider = deployment.provider();
        if (provider != null && !providers.contains(provider)) {
            to.add(new Finding(
                    path + ".provider",
                    "provider '" + provider + "' is not defined; "
                            + NearestName.advice(provider, providers, "define it under 'providers'")));
        }
        Integer maxTokens = deployment.parameters().maxTokens();
        if (maxTokens != null && deployment.contextWindow() > 0 && maxTokens >= deployment.contextWindow()) {
            to.add(new Finding(
                    path + ".max_tokens",
                    maxTokens + " leaves no room for a prompt in a context_window of " + deployment.contextWindow()
                            + "; write less"));
        }
    }

    static void references(AgentSettings agent, Set<String> models, List<Finding> to) {
        reference(agent, "baseline", agent.baseline(), models, to);
        String candidate = agent.candidate();
        if (candidate != null) {
            reference(agent, "candidate", candidate, models, to);
        }
    }

    private static void reference(
            AgentSettings agent, String role, String model, Set<String> models, List<Finding> to) {
        if (!models.contains(model)) {
            to.add(new Finding(
                    "agents." + agent.name() + "." + role,
                    "model '" + model + "' is not defined; "
                            + NearestName.advice(model, models, "define it under 'deployments'")));
        }
    }

    static void contradictions(AgentSettings agent, List<Finding> to) {
        String path = "agents." + agent.name() + ".";
        if (agent.baseline().equals(agent.candidate())) {
            to.add(new Finding(
                    path + "candidate",
                    "is the baseline itself, which cannot stand in for itself; name another"
                            + " model, or leave the candidate out"));
        }
        Duration reserve = agent.fallback().reserve();
        if (reserve != null && reserve.compareTo(agent.timeout()) >= 0) {
            to.add(new Finding(
                    path + "reserve",
                    Bounds.spell(reserve) + " leaves the candidate nothing of a timeout of "
                            + Bounds.spell(agent.timeout()) + "; write less, or a share such as '40%'"));
        }
        if (agent.candidate() == null && agent.rollout().share().thousandths() > 0) {
            to.add(new Finding(
                    path + "rollout.percentage",
                    agent.rollout().share()
                            + " of the calls would go to a candidate, and there is none; name one, or write 0"));
        }
    }
}
