package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What was packaged, run as operators run it; the build runs it after packaging. */
@EnabledIfSystemProperty(named = "understudy.jar", matches = ".+")
class RunnableJarTest {

    private static final String JAR = System.getProperty("understudy.jar", "");

    /** Where the classes of each library are, by its line in THIRD-PARTY.txt. */
    private static final Map<String, String> LIBRARIES = Map.ofEntries(
            Map.entry("com/fasterxml/jackson/core/", "com.fasterxml.jackson.core:jackson-core"),
            Map.entry("com/github/benmanes/caffeine/", "com.github.ben-manes.caffeine:caffeine"),
            Map.entry("com/netflix/concurrency/limits/", "com.netflix.concurrency-limits:concurrency-limits-core"),
            Map.entry("io/github/resilience4j/circuitbreaker/", "io.github.resilience4j:resilience4j-circuitbreaker"),
            Map.entry("io/github/resilience4j/core/", "io.github.resilience4j:resilience4j-core"),
            Map.entry("kotlin/", "org.jetbrains.kotlin:kotlin-stdlib"),
            Map.entry("okhttp3/", "com.squareup.okhttp3:okhttp-jvm"),
            Map.entry("okio/", "com.squareup.okio:okio-jvm"),
            Map.entry("org/HdrHistogram/", "org.hdrhistogram:HdrHistogram"),
            Map.entry("org/slf4j/", "org.slf4j:slf4j-api"),
            Map.entry("org/snakeyaml/engine/", "org.snakeyaml:snakeyaml-engine"),
            Map.entry("picocli/", "info.picocli:picocli"));

    @TempDir
    Path folder;

    private Run run(Object... args) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR));
        Arrays.stream(args).map(Object::toString).forEach(command::add);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Given.text(out), Given.text(err));
    }

    @Test
    void a_bucket_is_a_line_and_nothing_else() throws Exception {
        Run run =
                run("bucket", Given.file(folder), "--agent", "qa_agent", "--unit", "42", "--unit", "jürgen", "--json");

        assertThat(run).isEqualTo(new Run(0, """
                {"unit":"42","bucket":63656,"variant":"BASELINE"}
                {"unit":"jürgen","bucket":28669,"variant":"BASELINE"}
                """, ""));
    }

    @Test
    void the_provider_client_is_found_and_exit_codes_arrive() throws Exception {
        Path file = Given.file(folder);

        assertThat(run("check", "--without-keys", file))
                .isEqualTo(new Run(0, file + " can be used: 3 agents, 2 deployments, 1 provider\n", ""));
        assertThat(run("check", file).code()).isEqualTo(1);
        assertThat(run("chekc", file).code()).isEqualTo(2);
    }

    @Test
    void a_file_is_changed() throws Exception {
        Path file = Given.file(folder);

        Run run = run("rollout", file, "set", "--percentage", "5", "--agent", "qa_agent");

        assertThat(run).isEqualTo(new Run(0, """
                LINE  PATH                                FROM  TO
                  17  agents.qa_agent.rollout.percentage  25    5
                """, ""));
        assertThat(Given.text(file)).isEqualTo(Given.FILE.replace("percentage: 25,", "percentage: 5,"));
    }

    @Test
    void a_model_that_cannot_be_reached_is_probed() throws Exception {
        Path file = Given.file(
                folder,
                Given.FILE
                        .replace("https://api.mistral.ai/v1", "http://127.0.0.1:1/v1")
                        .replaceFirst(" *api_key:.*\n", ""));

        Run run = run("probe", file, "--agent", "qa_agent");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("transport").contains("none");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void the_version_is_the_manifests() throws Exception {
        assertThat(run("--version").out()).matches("understudy \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
    }

    @Test
    void every_library_in_it_is_named_with_its_licence() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            List<String> classes = jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceFirst("^META-INF/versions/\\d+/", ""))
                    .filter(name -> !name.startsWith("dev/understudy/"))
                    .toList();

            assertThat(classes).allMatch(name -> LIBRARIES.keySet().stream().anyMatch(name::startsWith));
            String thirdParty = text(jar, "META-INF/THIRD-PARTY.txt");
            LIBRARIES.forEach((folder, library) -> {
                assertThat(classes).anyMatch(name -> name.startsWith(folder));
                assertThat(thirdParty).contains(library + " ");
            });
            assertThat(text(jar, "META-INF/NOTICE")).contains("Understudy").contains("Jackson JSON processor");
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License");
        }
    }

    @Test
    void services_are_merged_and_nothing_is_there_twice() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            assertThat(text(jar, "META-INF/services/dev.understudy.chat.ProviderClient$Factory"))
                    .contains("dev.understudy.openai.OpenAiFactory");
            assertThat(text(jar, "META-INF/services/dev.understudy.throttle.ConcurrencyLimit$Factory"))
                    .contains("dev.understudy.adaptive.LearntLimitFactory");
            assertThat(jar.stream().map(JarEntry::getName))
                    .doesNotHaveDuplicates()
                    .noneMatch(
                            name -> name.endsWith("module-info.class") || name.matches("META-INF/.*\\.(SF|RSA|DSA)"));
            assertThat(jar.isMultiRelease()).isTrue();
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
