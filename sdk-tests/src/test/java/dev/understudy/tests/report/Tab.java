package dev.understudy.tests.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** One page of a browser: what it looks like, and what it tried to do. */
final class Tab implements AutoCloseable {

    private final Chromium chromium;
    private final String session;
    private final String target;

    Tab(Chromium chromium, String session, String target) {
        this.chromium = chromium;
        this.session = session;
        this.target = target;
        for (String domain : List.of("Page", "Network", "Log", "Runtime")) {
            ask(domain + ".enable");
        }
    }

    Map<String, Object> ask(String method, Object... parameters) {
        return chromium.ask(session, method, Json.of(parameters));
    }

    Tab size(int width, int height, boolean phone) {
        ask(
                "Emulation.setDeviceMetricsOverride",
                "width",
                width,
                "height",
                height,
                "deviceScaleFactor",
                1,
                "mobile",
                phone);
        return this;
    }

    /** Light or dark, on a screen or on paper. */
    Tab media(String scheme, String medium) {
        ask(
                "Emulation.setEmulatedMedia",
                "media",
                medium,
                "features",
                new Json.Raw("[" + Json.of("name", "prefers-color-scheme", "value", scheme) + "]"));
        return this;
    }

    Tab show(Path file) {
        ask("Page.navigate", "url", file.toUri().toString());
        Awaitility.await("the page").until(() -> heard("Page.loadEventFired") > 0);
        return this;
    }

    private long heard(String method) {
        return chromium.heard(session).stream()
                .filter(message -> message.method().equals(method))
                .count();
    }

    /** Every address that the page asked for, its own included. */
    List<String> requests() {
        return chromium.heard(session).stream()
                .filter(message -> message.method().equals("Network.requestWillBeSent"))
                .map(message -> ((Map<?, ?>) message.parameters().get("request"))
                        .get("url")
                        .toString())
                .toList();
    }

    /** Whatever the page, or the browser about the page, wrote to the console. */
    List<String> complaints() {
        return chromium.heard(session).stream()
                .filter(message -> List.of("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
                        .contains(message.method()))
                .map(message -> message.parameters().toString())
                .toList();
    }

    /** The value of an expression in the page: a string, a number, a list or a map. */
    @SuppressWarnings("unchecked")
    Object value(String expression) {
        Map<String, Object> answer = ask("Runtime.evaluate", "expression", expression, "returnByValue", true);
        if (answer.containsKey("exceptionDetails")) {
            throw new IllegalArgumentException(answer.get("exceptionDetails").toString());
        }
        return ((Map<String, Object>) answer.get("result")).get("value");
    }

    /** A picture of the whole page, however long. */
    void picture(Path file) throws IOException {
        int width = ((Double) value("innerWidth")).intValue();
        int height = ((Double) value("document.scrollingElement.scrollHeight")).intValue();
        Json.Raw clip = Json.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1);
        write(file, ask("Page.captureScreenshot", "format", "png", "captureBeyondViewport", true, "clip", clip));
    }

    /** The page on paper, without backgrounds, as a browser prints unless told otherwise. */
    void print(Path file) throws IOException {
        write(file, ask("Page.printToPDF", "preferCSSPageSize", true, "printBackground", false));
    }

    private static void write(Path file, Map<String, Object> answer) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode((String) answer.get("data")));
    }

    @Override
    public void close() {
        chromium.ask("", "Target.closeTarget", Json.of("targetId", target));
    }
}
