package dev.understudy;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.config.Configuration;
import dev.understudy.event.Destination;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a configuration sends the requests for its models. */
final class Destinations {

    private Destinations() {}

    static List<Destination> of(Configuration configuration) {
        return configuration.models().values().stream()
                .map(settings -> of(
                        settings.deployment(),
                        configuration.providers().get(settings.deployment().provider())))
                .toList();
    }

    private static Destination of(Deployment deployment, @Nullable Provider provider) {
        String host = provider == null ? null : provider.baseUrl().getHost();
        return new Destination(
                deployment.name(),
                deployment.model(),
                provider == null ? null : provider.name(),
                host,
                provider == null || host == null ? 0 : port(provider.baseUrl()));
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }
}
