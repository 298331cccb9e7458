package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/**
 * The least that one can do: OkHttp with a pool for all callers and its own time-outs of 10 s to connect, read and write, and
 * jackson-core; streams by OkHttp's event source, on the caller's thread. No limit on the call as a whole, no retries.
 */
final class RawOkHttp implements Contestant {

    private final OkHttpClient http;
    private final HttpUrl url;
    private final ChatJson json;

    private RawOkHttp(String baseUrl, int callers, OkHttpClient.Builder builder) {
        json = new ChatJson(callers);
        url = HttpUrl.get(baseUrl + "/chat/completions");
        http = builder.connectionPool(new ConnectionPool(callers, 5, TimeUnit.MINUTES))
                .retryOnConnectionFailure(false)
                .build();
    }

    static Contestant withItsTimeouts(String baseUrl, int callers) {
        return new RawOkHttp(baseUrl, callers, new OkHttpClient.Builder());
    }

    /** Nobody should: a model that falls silent keeps its caller for ever. It shows what OkHttp's time-outs cost. */
    static Contestant withoutTimeouts(String baseUrl, int callers) {
        return new RawOkHttp(
                baseUrl,
                callers,
                new OkHttpClient.Builder()
                        .connectTimeout(Duration.ZERO)
                        .readTimeout(Duration.ZERO)
                        .writeTimeout(Duration.ZERO));
    }

    private Response post(String prompt, boolean stream) throws IOException {
        Request request = new Request.Builder()
                .url(url)
                .header("Authorization", "Bearer key")
                .post(json.request("model", prompt, stream))
                .build();
        return http.newCall(request).execute();
    }

    @Override
    public String ask(String unit, String prompt) throws IOException {
        try (Response response = post(prompt, false)) {
            if (!response.isSuccessful()) {
                throw new IOException("Status " + response.code());
            }
            return json.answer(response.body()).text();
        }
    }

    @Override
    public void stream(String unit, String prompt, Consumer<String> heard) throws IOException {
        try (Response response = post(prompt, true)) {
            Events events = new Events(heard);
            EventSources.processResponse(response, events);
            if (!events.done) {
                throw new IOException("The stream was cut");
            }
        }
    }

    private final class Events extends EventSourceListener {
        private final Consumer<String> heard;
        private boolean done;

        Events(Consumer<String> heard) {
            this.heard = heard;
        }

        @Override
        public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
            if (data.equals("[DONE]")) {
                done = true;
                return;
            }
            try {
                String text = json.delta(data);
                if (!text.isEmpty()) {
                    heard.accept(text);
                }
            } catch (IOException e) {
                source.cancel();
            }
        }
    }
}
