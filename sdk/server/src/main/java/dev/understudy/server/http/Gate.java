package dev.understudy.server.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who speaks to this server and means it. A page on another site can make a browser send requests here, and by a name
 * of its own that leads here (DNS rebinding) even read the answers: so the name in {@code Host} must be one of ours, and whoever
 * changes something must not come from another site. Immutable.
 */
final class Gate {

    /** A name or IPv4 address, or an IPv6 address in brackets; and a port. */
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?");

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> names;

    /**
     * Knows the server's names.
     *
     * @param allowed those under which it is reached besides its address and those of the loopback
     */
    Gate(Set<String> allowed) {
        names = new HashSet<>(LOOPBACK);
        allowed.forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * Checks for whom a request is. The port says nothing: it may be another one outside a tunnel or a container.
     *
     * @param hosts the values of {@code Host}
     * @param local the address that the connection came to; it is a name of ours, for none but we can have sent there
     */
    void checkHost(@Nullable List<String> hosts, InetAddress local) {
        if (hosts == null || hosts.size() != 1) {
            throw new Refusal(400, "A request names its host, once");
        }
        Matcher host = HOST.matcher(hosts.get(0));
        if (!host.matches()) {
            throw new Refusal(400, "That is no host");
        }
        String name = host.group(1).toLowerCase(Locale.ROOT);
        if (!names.contains(name) && !name.equals(literal(local))) {
            throw new Refusal(421, "This server is not known by that name; allowedHosts can name it");
        }
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return address instanceof Inet6Address ? "[" + (zone < 0 ? text : text.substring(0, zone)) + "]" : text;
    }

    /**
     * Checks that what may change something was not sent by another site's page. A browser says where a page is from; programs
     * say nothing, and need not.
     */
    static void checkOrigin(String method, Map<String, List<String>> headers, String host) {
        if (method.equals("GET") || method.equals("HEAD")) {
            return;
        }
        for (String origin : headers.getOrDefault("Origin", List.of())) {
            if (!origin.equalsIgnoreCase("http://" + host) && !origin.equalsIgnoreCase("https://" + host)) {
                throw new Refusal(403, "Pages of other sites change nothing here");
            }
        }
        for (String site : headers.getOrDefault("Sec-fetch-site", List.of())) {
            if (!site.equals("same-origin") && !site.equals("none")) {
                throw new Refusal(403, "Pages of other sites change nothing here");
            }
        }
    }

    /** Checks that a body is JSON: a form of another site's page cannot be. */
    static void checkContentType(@Nullable String type) {
        String essence = type == null ? "" : type.split(";", 2)[0].strip();
        if (!essence.equalsIgnoreCase("application/json")) {
            throw new Refusal(415, "A body is sent with Content-Type: application/json");
        }
    }
}
