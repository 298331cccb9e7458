package dev.understudy.server;

import dev.understudy.ModelRegistry;
import dev.understudy.server.console.Console;
import dev.understudy.server.gateway.Gateway;
import dev.understudy.server.http.Endpoint;
import dev.understudy.server.http.HttpListener;
import dev.understudy.server.operations.Operations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves a running registry over HTTP: its health for a load balancer, its metrics for Prometheus, its rollouts for operators and
 * their programs, a console for people, and, if wanted, its agents for programs in any language.
 *
 * <pre>{@code
 * try (ModelRegistry registry = ModelRegistry.fromYaml(Path.of("understudy.yaml"));
 *         RegistryServer server = RegistryServer.start(registry, ServerOptions.DEFAULT)) {
 *     System.out.println("See " + server.uri());
 *     ...
 * }
 * }</pre>
 *
 * <p>Close it before the registry. Thread-safe.
 */
public final class RegistryServer implements AutoCloseable {

    private final HttpListener listener;

    private RegistryServer(HttpListener listener) {
        this.listener = listener;
    }

    /**
     * Starts to serve. There is no TLS: to be reached from other machines, let a proxy with TLS stand before it.
     *
     * @param registry what is served; it stays open when the server is closed
     * @param options where, and what of it
     * @return a running server
     * @throws UncheckedIOException if the address cannot be had
     */
    public static RegistryServer start(ModelRegistry registry, ServerOptions options) {
        try {
            return new RegistryServer(HttpListener.start(
                    options.listenOn(), options.allowedHosts(), endpoints(registry, options), options.limits()));
        } catch (IOException taken) {
            throw new UncheckedIOException("Cannot listen on " + options.listenOn() + ": " + taken.getMessage(), taken);
        }
    }

    private static List<Endpoint> endpoints(ModelRegistry registry, ServerOptions options) {
        List<Endpoint> all = new ArrayList<>(Operations.endpoints(registry, options.metrics()));
        if (options.console()) {
            all.addAll(new Console(registry).endpoints());
        }
        if (options.openAi()) {
            all.addAll(new Gateway(registry, !options.listenOn().getAddress().isLoopbackAddress()).endpoints());
        }
        return all;
    }

    /**
     * Returns where it listens.
     *
     * @return address and port
     */
    public InetSocketAddress address() {
        return listener.address();
    }

    /**
     * Returns the port it listens on.
     *
     * @return 1 to 65,535
     */
    public int port() {
        return address().getPort();
    }

    /**
     * Returns its address for a browser or {@code curl} on this machine.
     *
     * @return such as {@code http://127.0.0.1:9464/}
     */
    public URI uri() {
        InetAddress host = address().getAddress();
        String literal =
                host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress().getHostAddress() : host.getHostAddress();
        boolean colons = literal.indexOf(':') >= 0 && (host instanceof Inet6Address);
        return URI.create("http://" + (colons ? "[" + literal + "]" : literal) + ":" + port() + "/");
    }

    /**
     * Stops listening, closes all connections, streams that flow among them, and ends its threads. Takes a few milliseconds;
     * where something minds nothing, 2 s. Idempotent.
     */
    @Override
    public void close() {
        listener.close();
    }

    @Override
    public String toString() {
        return "RegistryServer[" + uri() + "]";
    }
}
