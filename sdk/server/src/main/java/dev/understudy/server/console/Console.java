package dev.understudy.server.console;

import dev.understudy.ModelRegistry;
import dev.understudy.error.InvalidRequestException;
import dev.understudy.insight.Comparison;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Endpoint;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Refusal;
import dev.understudy.server.http.Request;
import dev.understudy.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The console: one page, the data that it shows, and the events that keep it live. It changes nothing: what a person changes
 * goes to the endpoints that programs use. Thread-safe.
 */
public final class Console {

    private static final String AGENTS = "/console/agents";
    private static final String REPORTS = "/console/reports";

    /** What the page is made of. */
    private static final List<String> FILES = List.of(
            "console.css", "console.js", "actions.js", "agent.js", "chart.js", "dom.js", "overview.js", "words.js");

    private static final Map<String, Duration> WINDOWS = Map.of(
            "5m", Duration.ofMinutes(5),
            "1h", Duration.ofHours(1),
            "24h", Duration.ofHours(24),
            "rollout", Comparison.WHOLE_ROLLOUT);

    private static final Map<String, Duration> TIMES = Map.of(
            "5m", Duration.ofMinutes(5),
            "30m", Duration.ofMinutes(30),
            "1h", Duration.ofHours(1),
            "6h", Duration.ofHours(6),
            "24h", Duration.ofHours(24),
            "8d", Duration.ofDays(8));

    private final ModelRegistry registry;
    private final Live live;
    private final EventStream events;

    /**
     * Prepares the page.
     *
     * @param registry whose agents it shows
     */
    public Console(ModelRegistry registry) {
        this(registry, Ticker.system(), InstantSource.system());
    }

    Console(ModelRegistry registry, Ticker ticker, InstantSource wall) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.live = new Live(new Overview(registry), ticker, wall);
        this.events = new EventStream(live, ticker);
    }

    /**
     * Returns where it is: the page at {@code /}, everything else below {@code /console}.
     *
     * @return what to serve
     */
    public List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(Endpoint.get("/", StaticFile.load("index.html")::answer));
        for (String file : FILES) {
            endpoints.add(Endpoint.get("/console/" + file, StaticFile.load(file)::answer));
        }
        endpoints.add(Endpoint.get("/console/state", request -> json(live.now().state())));
        endpoints.add(Endpoint.get("/console/trails", request -> json(live.now().trails())));
        endpoints.add(Endpoint.get("/console/events", request -> events.answer()));
        endpoints.add(Endpoint.get(AGENTS, this::agent).forAllBelow());
        endpoints.add(Endpoint.get(REPORTS, this::report).forAllBelow());
        return List.copyOf(endpoints);
    }

    private static Answer json(byte[] body) {
        return new Answer.Whole(200, Map.of("Content-Type", "application/json", "Cache-Control", "no-store"), body);
    }

    private Answer agent(Request request) {
        String agent = request.below(AGENTS);
        Duration window = chosen("window", WINDOWS, request, "rollout");
        Duration back = chosen("back", TIMES, request, "1h");
        return json(Json.write(
                known(() -> AgentDetail.of(registry, agent, window, back)).tree()));
    }

    private Answer report(Request request) {
        String agent = request.below(REPORTS);
        String html = known(() -> registry.report(agent)).html();
        return new Answer.Whole(
                200,
                Map.of(
                        "Content-Type",
                        "text/html; charset=utf-8",
                        "Content-Disposition",
                        "attachment; filename=\"" + agent.replaceAll("[^A-Za-z0-9._-]", "_") + "-report.html\"",
                        "Cache-Control",
                        "no-store"),
                html.getBytes(StandardCharsets.UTF_8));
    }

    /** Asks the registry about an agent that may not be there. */
    private static <T> T known(Supplier<T> question) {
        try {
            return question.get();
        } catch (InvalidRequestException unknown) {
            throw new Refusal(404, String.valueOf(unknown.getMessage())); // it names those that are there
        }
    }

    private static Duration chosen(String name, Map<String, Duration> choices, Request request, String usual) {
        Duration chosen = choices.get(request.query().getOrDefault(name, usual));
        if (chosen == null) {
            throw new Refusal(400, "'" + name + "' is one of " + new TreeSet<>(choices.keySet()));
        }
        return chosen;
    }
}
