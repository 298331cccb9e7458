package dev.understudy.server.http;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the endpoint for a path and a method. Immutable. */
final class Router {

    /** The nearest first: exact before everything below, long before short. */
    private static final Comparator<Endpoint> NEAREST = Comparator.<Endpoint>comparingInt(
                    endpoint -> endpoint.path().length())
            .reversed()
            .thenComparing(Endpoint::below);

    private final List<Endpoint> endpoints;

    /** Refuses endpoints of which one would hide the other. */
    Router(List<Endpoint> endpoints) {
        Set<String> taken = new HashSet<>();
        for (Endpoint endpoint : endpoints) {
            for (String method : endpoint.allowed()) {
                if (!taken.add(method + " " + endpoint.path() + (endpoint.below() ? "/*" : ""))) {
                    throw new IllegalArgumentException(method + " " + endpoint.path() + " is answered twice");
                }
            }
        }
        this.endpoints = endpoints.stream().sorted(NEAREST).toList();
    }

    Endpoint find(String method, String path) {
        Set<String> allowed = new TreeSet<>();
        int nearest = -1;
        for (Endpoint endpoint : endpoints) {
            if (!endpoint.matches(path) || endpoint.path().length() < nearest) {
                continue;
            }
            if (endpoint.knows(method)) {
                return endpoint;
            }
            nearest = endpoint.path().length();
            allowed.addAll(endpoint.allowed());
        }
        if (allowed.isEmpty()) {
            throw new Refusal(404, "There is nothing here");
        }
        String methods = String.join(", ", allowed);
        throw new Refusal(405, "Only " + methods + " can be asked here", Map.of("Allow", methods));
    }
}
