package dev.understudy;

import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationFile;
import dev.understudy.error.Bounds;
import dev.understudy.error.ConfigurationException;
import dev.understudy.error.UnderstudyException;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.health.Health;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a registry on its file: a good one is put into force, a bad one is told to whoever listens, in the log, as an event
 * and by every agent's health, and changes nothing else. Looks are rounds in the background; questions come from any thread.
 */
final class Reload {

    static final Duration DEFAULT_EVERY = Duration.ofSeconds(1);
    static final Duration SHORTEST = Duration.ofMillis(10);
    static final Duration LONGEST = Duration.ofHours(1);

    /** After something new was seen, the next look comes sooner: within this, or a quarter of the interval. */
    private static final Duration SECOND_LOOK = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

    private final ConfigurationFile file;
    private final Supplier<Configuration> inForce;
    private final Consumer<Configuration> install;
    private final Runnable tidy;
    private final Events events;
    private final Rounds rounds;
    private final Duration secondLook;

    /** Why the file as it is now is not in force. */
    private volatile @Nullable ConfigurationException refusal;

    /**
     * Prepares to follow a file that has been loaded.
     *
     * @param file the file
     * @param every how often to look; more than zero
     * @param inForce what holds now
     * @param install puts another configuration into force, or throws and changes nothing
     * @param tidy lets go of what is not needed any more; after each look
     * @param events hears of each judgement
     * @param waiting where it sleeps
     * @param workers where it runs
     */
    Reload(
            ConfigurationFile file,
            Duration every,
            Supplier<Configuration> inForce,
            Consumer<Configuration> install,
            Runnable tidy,
            Events events,
            Waiting waiting,
            Executor workers) {
        this.file = file;
        this.inForce = inForce;
        this.install = install;
        this.tidy = tidy;
        this.events = events;
        this.rounds = new Rounds("reload", every, this::round, waiting, workers);
        Duration quarter = every.dividedBy(4);
        this.secondLook = quarter.compareTo(SECOND_LOOK) < 0 ? quarter : SECOND_LOOK;
    }

    /** Checks how often to look; zero for never. */
    static Duration checked(Duration every) {
        if (!every.isZero()) {
            Bounds.check("reload interval", every, SHORTEST, LONGEST);
        }
        return every;
    }

    Rounds rounds() {
        return rounds;
    }

    /** Returns what is wrong with the file; empty while what it says is in force. */
    List<String> problems() {
        ConfigurationException now = refusal;
        return now == null ? List.of() : now.problems();
    }

    /** Adds to an agent's health that its file is not in force. */
    Health and(Health health) {
        List<String> problems = problems();
        if (problems.isEmpty()) {
            return health;
        }
        String more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
        return health.and(
                Health.Status.DEGRADED,
                "the configuration file was refused, the one before it stays in force: " + problems.get(0) + more);
    }

    private void round() {
        look();
        tidy.run();
    }

    private void look() {
        ConfigurationFile.Judgement judgement = file.look();
        if (file.isChanging()) {
            rounds.soon(secondLook);
        }
        if (judgement == null) {
            return;
        }
        ConfigurationException refused = judgement.refusal();
        if (judgement.configuration() != null) {
            refused = take(judgement.configuration());
        }
        refusal = refused;
        if (refused == null) {
            LOG.atInfo()
                    .addKeyValue("file", file.path())
                    .log("Configuration {} has changed and is in force", file.path());
        } else {
            LOG.atError()
                    .addKeyValue("file", file.path())
                    .addKeyValue("problems", refused.problems().size())
                    .log("{}\nThe configuration that was read before it stays in force", refused.getMessage());
        }
        events.emit(new Event.ConfigurationLoaded(
                refused == null, refused == null ? 0 : refused.problems().size()));
    }

    /** Returns why a configuration that is right in itself cannot be put into force; null if it has been. */
    private @Nullable ConfigurationException take(Configuration configuration) {
        if (configuration.equals(inForce.get())) { // a comment, or what it was before it was refused
            return null;
        }
        try {
            install.accept(configuration);
            return null;
        } catch (ConfigurationException unfit) {
            return unfit;
        } catch (RuntimeException broken) {
            // The class only: a foreign message might quote anything.
            String why = broken instanceof UnderstudyException
                    ? broken.getMessage()
                    : broken.getClass().getName();
            return new ConfigurationException(
                    file.path().toString(),
                    List.of("it cannot be put into force: " + why + "; change the file to try again"));
        }
    }
}
