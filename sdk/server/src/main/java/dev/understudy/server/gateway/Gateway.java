package dev.understudy.server.gateway;

import dev.understudy.ModelRegistry;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.server.http.Endpoint;
import dev.understudy.server.http.Route;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry with OpenAI's face: whoever can talk to OpenAI can talk to an agent, by another base URL and the agent's name for
 * the model. Thread-safe.
 */
public final class Gateway {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** Enough for a few pictures; OpenAI takes more, but would have us hold it. */
    static final long LONGEST_BODY = 16L << 20;

    private final ModelRegistry registry;
    private final Clients clients;
    private final Memory memory;
    private final InstantSource clock;

    /**
     * Makes a face for a registry.
     *
     * @param registry who answers; its configuration names who may ask, under {@code server.clients}
     * @param keyNeeded whether nobody may ask without a key even where it names nobody: so it is to be where another machine
     *     can reach the server
     */
    public Gateway(ModelRegistry registry, boolean keyNeeded) {
        this(registry, keyNeeded, Memory.ofThisProcess(), InstantSource.system());
    }

    Gateway(ModelRegistry registry, boolean keyNeeded, Memory memory, InstantSource clock) {
        this.registry = registry;
        this.clients = new Clients(registry, keyNeeded);
        this.memory = memory;
        this.clock = clock;
    }

    /**
     * Returns what to put on a server: {@code /v1/chat/completions}, {@code /v1/models}, {@code /v1/models/{id}}, and a word
     * for whoever asks for something else under {@code /v1}.
     *
     * @return endpoints, none of which answers without a key where keys are configured
     */
    public List<Endpoint> endpoints() {
        Route models = models();
        Route nothing = told(request -> {
            throw ApiError.wrong(
                    404,
                    "unknown_url",
                    null,
                    "There is nothing here; known are POST /v1/chat/completions, GET /v1/models and GET /v1/models/{id}");
        });
        return List.of(
                Endpoint.post("/v1/chat/completions", completions())
                        .withBodyUpTo((int) Math.min(LONGEST_BODY, memory.longestBody())),
                Endpoint.get(Models.PATH, models),
                Endpoint.get(Models.PATH, models).forAllBelow(),
                Endpoint.get("/v1", nothing).forAllBelow(),
                Endpoint.post("/v1", nothing).forAllBelow().withBodyUpTo((int)
                        Math.min(LONGEST_BODY, memory.longestBody())));
    }

    Route completions() {
        return told(new Completions(registry, clients, memory, clock));
    }

    Route models() {
        return told(new Models(registry, clients, clock.instant()));
    }

    /** Makes every failure an answer in the format. */
    private static Route told(Route route) {
        return request -> {
            try {
                return route.answer(request);
            } catch (ApiError error) {
                return error.answer();
            } catch (ChatException failure) {
                return Failures.of(failure).answer();
            } catch (RuntimeException bug) {
                // Its message may quote what it stumbled over.
                LOG.error(
                        "The OpenAI face failed at {}: {}",
                        request,
                        bug.getClass().getName());
                return ApiError.failed(500, ApiError.SERVER, FailureKind.OTHER.tag(), "Something is wrong here", null)
                        .answer();
            }
        };
    }
}
