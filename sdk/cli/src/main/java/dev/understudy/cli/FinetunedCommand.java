package dev.understudy.cli;

import dev.understudy.config.ConfigurationEdit;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code finetuned}: the kill switch. */
@Command(
        name = "finetuned",
        description =
                "Writes the kill switch into the file, and changes nothing else in it: off takes the candidates away"
                        + " from everybody, on gives them back to whom they were assigned.")
final class FinetunedCommand extends EditCommand {

    enum Switch {
        OFF,
        ON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Parameters(index = "1", paramLabel = "off|on", description = "Whether candidates serve.")
    @SuppressWarnings("NullAway.Init")
    private Switch to;

    @Option(names = "--agent", paramLabel = "A", description = "Only this agent's own switch; else the one for all.")
    private @Nullable String agent;

    @Override
    Path file() {
        return file;
    }

    @Override
    public Integer call() {
        tell(new ConfigurationEdit(file).useFinetuned(agent, to == Switch.ON));
        if (agent != null && to == Switch.ON && !json && !configuration().useFinetuned()) {
            out().println("The switch for all is off (models.use_finetuned), so agent '" + agent
                    + "' gets no candidate all the same");
        }
        return Understudy.OK;
    }
}
