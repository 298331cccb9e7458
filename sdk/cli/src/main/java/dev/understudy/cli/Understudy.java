package dev.understudy.cli;

import dev.understudy.error.UnderstudyException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code understudy}: what its parts have in common. Plain text without colours, in UTF-8; results go to standard
 * output, whatever kept a command from its work to standard error.
 */
@Command(
        name = "understudy",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Understudy.Version.class,
        description = "Checks and probes a configuration of Understudy, and steers its rollouts.",
        subcommands = {
            CheckCommand.class,
            ProbeCommand.class,
            BucketCommand.class,
            RolloutCommand.class,
            FinetunedCommand.class,
            CompareCommand.class,
            ReportCommand.class
        })
public final class Understudy implements Runnable {

    /** Done. */
    static final int OK = 0;
    /** The answer is no, or it could not be done. */
    static final int NO = 1;
    /** The command line was wrong. */
    static final int USAGE = 2;
    /** A mistake of ours. */
    static final int BROKEN = 70;

    private static final Map<String, String> EXIT_CODES = new LinkedHashMap<>(Map.of());

    static {
        EXIT_CODES.put(" 0", "done, and all is well");
        EXIT_CODES.put(
                " 1", "the file has errors, a model does not answer, a candidate fails, or the command was refused");
        EXIT_CODES.put(" 2", "the command line is wrong");
        EXIT_CODES.put("70", "an error of understudy itself");
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of what went wrong.")
    private boolean verbose;

    private Understudy() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args the command and what it is about; {@code --help} explains them
     */
    public static void main(String[] args) {
        PrintWriter out = utf8(FileDescriptor.out);
        PrintWriter err = utf8(FileDescriptor.err);
        int code = commandLine().setOut(out).setErr(err).execute(args);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** The whole command, not yet run. */
    static CommandLine commandLine() {
        Understudy understudy = new Understudy();
        CommandLine line = new CommandLine(understudy);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        line.setUsageHelpWidth(Table.WIDTH);
        line.setUsageHelpLongOptionsMaxWidth(40);
        // A unit may begin with anything, an '@' too.
        line.setExpandAtFiles(false);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((wrong, args) -> usage(wrong));
        line.setExecutionExceptionHandler((failed, command, parsed) -> understudy.failure(failed, command));
        exitCodes(line);
        return line;
    }

    private static void exitCodes(CommandLine line) {
        line.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(EXIT_CODES)
                .abbreviateSynopsis(false);
        line.getSubcommands().values().forEach(Understudy::exitCodes);
    }

    private static int usage(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(Table.harmless(String.valueOf(wrong.getMessage())));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName(" ") + " --help'.");
        return USAGE;
    }

    private int failure(Exception failed, CommandLine command) {
        PrintWriter err = command.getErr();
        int code = NO;
        if (failed instanceof Refused refused) {
            err.println(refused.sentence());
        } else if (failed instanceof UnderstudyException told) {
            err.println(told.getMessage());
        } else {
            err.println("understudy itself failed: " + failed.getClass().getSimpleName()
                    + (verbose ? "" : "; run it with --verbose and report what it shows"));
            code = BROKEN;
        }
        if (verbose) {
            failed.printStackTrace(err);
        }
        return code;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    private static PrintWriter utf8(FileDescriptor to) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(to), StandardCharsets.UTF_8), true);
    }

    /** The version that the jar's manifest says. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Understudy.class.getPackage().getImplementationVersion();
            return new String[] {"understudy " + (version != null ? version : "(not packaged)")};
        }
    }
}
