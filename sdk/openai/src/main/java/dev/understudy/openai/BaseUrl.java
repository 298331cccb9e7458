package dev.understudy.openai;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Where a provider may be: the rules for {@code base_url}, and the address that calls go to. */
final class BaseUrl {

    private static final String PATH = "chat/completions";
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");

    private BaseUrl() {}

    /** Says what is wrong with an address, one sentence each; never shows a password that it holds. */
    static List<String> problems(URI baseUrl) {
        List<String> problems = new ArrayList<>();
        HttpUrl url = parse(baseUrl);
        if (url == null) {
            problems.add("base_url is an absolute https address such as https://api.mistral.ai/v1");
            return problems;
        }
        if (!url.isHttps() && !isLoopback(url.host())) {
            problems.add(
                    "base_url of host '" + url.host() + "' must be https: clear text is for loopback addresses only");
        }
        if (baseUrl.getRawUserInfo() != null
                || !url.username().isEmpty()
                || !url.password().isEmpty()) {
            problems.add("base_url must not hold a user or password; a key goes into 'api_key', by reference");
        }
        if (url.query() != null) {
            problems.add(
                    "base_url must not have a query; providers that want one have a path without, such as .../openai/v1");
        }
        if (url.fragment() != null) {
            problems.add("base_url must not have a fragment");
        }
        if (url.encodedPath().replaceAll("/+$", "").endsWith("/" + PATH)) {
            problems.add("base_url ends before /" + PATH + ", which is added to it");
        }
        return problems;
    }

    /** Returns the address of the chat completions below a checked base. */
    static HttpUrl chatCompletions(URI baseUrl) {
        HttpUrl base = parse(baseUrl);
        if (base == null) {
            throw new IllegalArgumentException("base_url is no address");
        }
        HttpUrl.Builder url = base.newBuilder();
        List<String> segments = base.pathSegments();
        for (int i = segments.size() - 1; i >= 0 && segments.get(i).isEmpty(); i--) {
            url.removePathSegment(i);
        }
        return url.addPathSegments(PATH).build();
    }

    /** Says whether a host is this machine: 127.0.0.0/8, ::1 or localhost. */
    static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || LOOPBACK_V4.matcher(host).matches();
    }

    private static @Nullable HttpUrl parse(URI baseUrl) {
        String scheme = baseUrl.getScheme();
        // A URI without a host is a registry-based or opaque one, which HttpUrl would read more generously.
        if (scheme == null || baseUrl.getHost() == null || baseUrl.getPort() == 0) {
            return null;
        }
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "http", "https" -> HttpUrl.parse(baseUrl.toString());
            default -> null;
        };
    }
}
