package dev.understudy.tests.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/** Lets the script in the browser's process direct the scene: {@code POST /slow/qa-tuned-v1.3/700}. */
final class Control implements AutoCloseable {

    private final Scene scene;
    private final HttpServer http;

    Control(Scene scene) throws IOException {
        this.scene = scene;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::direct);
        http.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    }

    private void direct(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] words = exchange.getRequestURI().getPath().substring(1).split("/");
            int status = 200;
            switch (words[0]) {
                case "slow" -> scene.slow(words[1], Duration.ofMillis(Long.parseLong(words[2])));
                case "broken" -> scene.broken(words[1]);
                case "well" -> scene.well(words[1]);
                case "server" -> scene.serve(words[1].equals("up"));
                default -> status = 404;
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
