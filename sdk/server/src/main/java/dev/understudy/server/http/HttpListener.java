package dev.understudy.server.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.understudy.server.http.Visit.Phase;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a port, lets in whom the gate lets in, and asks the endpoints. It waits for nobody for long, and does not do more
 * at once than its {@link Limits} say. Thread-safe.
 */
public final class HttpListener implements AutoCloseable {

    /** Read by the JDK once; without it an answer of two segments waits 40 ms for the other side's acknowledgement. */
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";

    /** How many may knock at the same moment; whoever finds the queue full tries again a second later. */
    private static final int BACKLOG = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    /** What everybody is told besides; an endpoint's own word counts for more. */
    private static final Map<String, String> ALWAYS = Map.of(
            "Cache-Control", "no-store",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Referrer-Policy", "no-referrer",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY");

    /** What is said to who may not: that somebody tries is worth knowing. */
    private static final Set<Integer> STRANGERS = Set.of(401, 403, 421);

    private final HttpServer http;
    private final Visits visits;
    private final Bodies bodies;
    private final Gate gate;
    private final Router router;
    private final Ticker ticker;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Complaints complaints;

    private HttpListener(
            HttpServer http, Set<String> allowedHosts, List<Endpoint> endpoints, Limits limits, Ticker ticker) {
        this.http = http;
        this.gate = new Gate(allowedHosts);
        this.router = new Router(endpoints);
        this.bodies = new Bodies(limits.bodyBytes());
        this.ticker = ticker;
        this.complaints = new Complaints(LOG, ticker);
        this.visits = new Visits("understudy-server", limits, ticker);
    }

    /**
     * Starts to listen.
     *
     * @param address where; port 0 takes a free one
     * @param allowedHosts names for {@code Host} besides the address itself and those of the loopback
     * @param endpoints what is served
     * @param limits how long it waits, and how much it does at once
     * @return a running listener
     * @throws IOException if the address cannot be had
     */
    public static HttpListener start(
            InetSocketAddress address, Set<String> allowedHosts, List<Endpoint> endpoints, Limits limits)
            throws IOException {
        HttpServer http = bind(address);
        HttpListener listener;
        try {
            listener = new HttpListener(http, allowedHosts, endpoints, limits, Ticker.system());
        } catch (RuntimeException | Error failed) {
            http.stop(0);
            throw failed;
        }
        http.createContext("/", listener::answer);
        http.setExecutor(listener.visits);
        http.start();
        return listener;
    }

    private static HttpServer bind(InetSocketAddress address) throws IOException {
        boolean ours = System.getProperty(NO_DELAY) == null;
        if (ours) {
            System.setProperty(NO_DELAY, "true");
        }
        try {
            return HttpServer.create(address, BACKLOG);
        } finally {
            if (ours) {
                System.clearProperty(NO_DELAY);
            }
        }
    }

    /**
     * Returns where it listens.
     *
     * @return address and port
     */
    public InetSocketAddress address() {
        return http.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        Visit visit = visits.current();
        try (Bodies.Share share = bodies.new Share()) {
            Answer answer;
            try {
                answer = ask(exchange, visit, share);
            } catch (Refusal refusal) {
                if (STRANGERS.contains(refusal.status())) {
                    complaints.warn("A request was refused with " + refusal.status() + ": " + refusal.getMessage());
                }
                answer = refusal.answer();
            } catch (RuntimeException | Error bug) {
                complain(bug);
                answer = broken();
            }
            // What fails from here on has broken the connection; the JDK's server closes it.
            write(exchange, visit, answer);
        }
    }

    private Answer ask(HttpExchange exchange, Visit visit, Bodies.Share share) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        String method = exchange.getRequestMethod();
        gate.checkHost(headers.get("Host"), exchange.getLocalAddress().getAddress());
        Target target = Target.of(exchange.getRequestURI());
        Endpoint endpoint = router.find(method, target.path());
        if (visits.isCrowded() && !endpoint.vital()) {
            throw new Refusal(503, "Too many requests at once; try again", Map.of("Retry-After", "1"));
        }
        Gate.checkOrigin(method, headers, headers.getFirst("Host"));
        visit.enter(Phase.BODY, ticker.nanoTime());
        byte[] body = body(exchange, method, endpoint, share);
        visit.enter(Phase.ROUTE, ticker.nanoTime());
        return endpoint.route().answer(new Request(method, target.path(), target.query(), headers, body));
    }

    private static byte[] body(HttpExchange exchange, String method, Endpoint endpoint, Bodies.Share share)
            throws IOException {
        Headers headers = exchange.getRequestHeaders();
        @Nullable String length = headers.getFirst("Content-Length");
        boolean chunked = headers.containsKey("Transfer-Encoding");
        long declared = chunked ? -1 : length == null ? 0 : Long.parseLong(length); // the JDK's server has checked it
        if (declared == 0) {
            return new byte[0];
        }
        if (method.equals("GET") || method.equals("HEAD")) {
            throw new Refusal(400, method + " has no body");
        }
        Gate.checkContentType(headers.getFirst("Content-Type"));
        return share.read(exchange.getRequestBody(), declared, endpoint.maxBodyBytes());
    }

    private void write(HttpExchange exchange, Visit visit, @Nullable Answer answer) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        ALWAYS.forEach(headers::set);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (answer instanceof Answer.Late late && !head) {
            answer = late(exchange, visit, late);
        }
        if (answer != null) {
            answer.headers().forEach(headers::set);
            visit.enter(Phase.WRITE, ticker.nanoTime());
            if (answer instanceof Answer.Whole whole) {
                whole(exchange, whole, head);
            } else {
                exchange.sendResponseHeaders(answer.status(), head ? -1 : 0);
                if (answer instanceof Answer.Flowing flowing && !head) {
                    flow(exchange.getResponseBody(), visit, flowing);
                }
            }
        }
        exchange.close();
    }

    private static void whole(HttpExchange exchange, Answer.Whole whole, boolean head) throws IOException {
        int length = whole.body().length;
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(length));
        }
        exchange.sendResponseHeaders(whole.status(), head || length == 0 ? -1 : length);
        if (!head && length > 0) {
            exchange.getResponseBody().write(whole.body());
        }
    }

    /** Returns what is to be answered instead; null where the answer was written. */
    private @Nullable Answer late(HttpExchange exchange, Visit visit, Answer.Late answer) throws IOException {
        LateHead head = new LateHead(exchange, answer, visit, ticker);
        try {
            Answer instead = answer.body().writeTo(head);
            if ((instead == null) != head.isSent()) {
                throw new IllegalStateException("A request has one answer");
            }
            visit.enter(Phase.WRITE, ticker.nanoTime());
            return instead;
        } catch (RuntimeException | Error bug) {
            complain(bug);
            if (head.isSent()) {
                throw new IOException("The answer broke off");
            }
            return broken();
        }
    }

    private static Answer broken() {
        return new Refusal(500, "Something went wrong here; the log says what").answer();
    }

    private void flow(OutputStream out, Visit visit, Answer.Flowing answer) throws IOException {
        out.flush(); // the head goes out at once: the other side knows that it is heard
        visit.enter(Phase.ROUTE, ticker.nanoTime());
        try {
            answer.body().writeTo(new FlowingStream(out, visit, ticker));
        } catch (RuntimeException | Error bug) {
            complain(bug);
            throw new IOException("The answer broke off"); // so that the other side sees that it is not whole
        }
        visit.enter(Phase.WRITE, ticker.nanoTime());
    }

    private void complain(Throwable bug) {
        StackTraceElement[] trace = bug.getStackTrace();
        String what = bug.getClass().getName() + " at " + (trace.length == 0 ? "an unknown place" : trace[0]);
        // The class and the place only: a foreign message might quote anything.
        complaints.error("A request failed with " + what);
    }

    /** How many requests are under way, for tests. */
    int underWay() {
        return visits.underWay();
    }

    /** How many bytes of bodies are held, for tests. */
    long heldBytes() {
        return bodies.held();
    }

    /** Stops listening, closes all connections, and ends what flows. Takes 2 s at most. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            http.stop(0);
            visits.close();
        }
    }
}
