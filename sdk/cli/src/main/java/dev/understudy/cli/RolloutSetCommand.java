package dev.understudy.cli;

import dev.understudy.cli.YamlScalarEdit.Edited;
import dev.understudy.cli.YamlScalarEdit.NewValue;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.rollout.Share;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;

/** {@code rollout FILE set}: the share, in the file. */
@Command(
        name = "set",
        description =
                "Writes the percentage of units that get the candidate into the file, and changes nothing else in it."
                        + " Applications that follow the file act on it within seconds.")
final class RolloutSetCommand extends EditCommand {

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private RolloutCommand rollout;

    @Option(
            names = "--percentage",
            required = true,
            paramLabel = "N",
            description = "0 to 100 in steps of 0.001; 0 takes the candidate away at once.")
    @SuppressWarnings("NullAway.Init")
    private BigDecimal percentage;

    @Option(names = "--agent", paramLabel = "A", description = "Only this agent; else all that have a candidate.")
    private @Nullable String agent;

    @Override
    Path file() {
        return rollout.file();
    }

    @Override
    public Integer call() {
        Share share = share();
        tell(new ConfigurationFile(file()).change((text, configuration) -> edit(text, configuration, share)));
        return Understudy.OK;
    }

    private Share share() {
        try {
            return new Share(percentage.movePointRight(3).intValueExact());
        } catch (ArithmeticException | IllegalArgumentException outOfBounds) {
            throw new ParameterException(
                    spec.commandLine(), "A percentage is between 0 and 100 in steps of 0.001, not " + percentage);
        }
    }

    private Edited edit(YamlText text, Configuration configuration, Share share) {
        Map<List<String>, NewValue> wanted = new LinkedHashMap<>();
        NewValue value = old -> written(share, old);
        for (AgentSettings settings : candidates(configuration, agent)) {
            wanted.put(place(text, settings.name()), value);
        }
        return YamlScalarEdit.edit(text, wanted);
    }

    /** Where an agent's percentage stands, or shall stand: its own, else for all agents what they inherit. */
    private List<String> place(YamlText text, String name) {
        List<String> own = List.of("agents", name, "rollout", "percentage");
        List<String> inherited = List.of("defaults", "rollout", "percentage");
        boolean forAll = agent == null && text.find(own) == null && text.find(inherited) != null;
        return forAll ? inherited : own;
    }

    /** The number in the manner of the old one: with a per cent sign if that had one, and as it was if it says the same. */
    private static String written(Share share, @Nullable String old) {
        String sign = "";
        if (old != null) {
            String number = old.replaceFirst(" ?%$", "");
            sign = old.substring(number.length());
            if (new BigDecimal(number).movePointRight(3).compareTo(BigDecimal.valueOf(share.thousandths())) == 0) {
                return old;
            }
        }
        return share.toString().replace("%", "") + sign;
    }
}
