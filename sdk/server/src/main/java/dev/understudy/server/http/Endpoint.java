package dev.understudy.server.http;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A place on the server: where it is, which methods it knows, how large a body it takes, and what answers. Of several endpoints
 * of one path each has its methods; what knows GET answers HEAD too. The nearest path answers; nothing answers for what is
 * below it, unless it says so.
 *
 * @param path one or more steps, such as {@code /health}, or {@code /}
 * @param below whether it answers for every path below its own, and not for its own
 * @param methods such as GET, in capitals
 * @param maxBodyBytes the longest body it takes, in bytes; 0 for none
 * @param vital whether it answers also while the server has more to do than it can, as a probe's question must be answered
 * @param route what answers
 */
public record Endpoint(String path, boolean below, Set<String> methods, int maxBodyBytes, boolean vital, Route route) {

    /** The longest body that an endpoint takes unless it says otherwise: 64 KiB. */
    public static final int MAX_BODY_BYTES = 64 * 1024;

    /** Checks the path and the length. */
    public Endpoint {
        if (!path.equals("/") && !path.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new IllegalArgumentException("No path of an endpoint: " + path);
        }
        if (maxBodyBytes < 0) {
            throw new IllegalArgumentException("A body has no " + maxBodyBytes + " bytes");
        }
        Objects.requireNonNull(route, "route");
        methods = Set.copyOf(methods);
    }

    /**
     * Answers GET at a path.
     *
     * @param path the path
     * @param route what answers
     * @return a new endpoint
     */
    public static Endpoint get(String path, Route route) {
        return new Endpoint(path, false, Set.of("GET"), 0, false, route);
    }

    /**
     * Answers POST at a path, with a body of JSON of up to 64 KiB.
     *
     * @param path the path
     * @param route what answers
     * @return a new endpoint
     */
    public static Endpoint post(String path, Route route) {
        return new Endpoint(path, false, Set.of("POST"), MAX_BODY_BYTES, false, route);
    }

    /**
     * The same for every path below this one: see {@link Request#below}.
     *
     * @return a new endpoint
     */
    public Endpoint forAllBelow() {
        return new Endpoint(path, true, methods, maxBodyBytes, vital, route);
    }

    /**
     * The same with longer bodies.
     *
     * @param bytes the longest body, in bytes
     * @return a new endpoint
     */
    public Endpoint withBodyUpTo(int bytes) {
        return new Endpoint(path, below, methods, bytes, vital, route);
    }

    /**
     * The same, answered also while the server has more to do than it can. For short answers only.
     *
     * @return a new endpoint
     */
    public Endpoint vitally() {
        return new Endpoint(path, below, methods, maxBodyBytes, true, route);
    }

    boolean matches(String asked) {
        if (!below) {
            return asked.equals(path);
        }
        String stem = path.equals("/") ? path : path + "/";
        return asked.length() > stem.length() && asked.startsWith(stem);
    }

    boolean knows(String method) {
        return methods.contains(method) || method.equals("HEAD") && methods.contains("GET");
    }

    /** As a set that shows HEAD where it is known. */
    Set<String> allowed() {
        Set<String> all = new TreeSet<>(methods);
        if (all.contains("GET")) {
            all.add("HEAD");
        }
        return all;
    }
}
