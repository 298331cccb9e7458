package dev.understudy.benchmarks.sidebyside;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** A contestant's JVM: measures one thing of one contestant, and prints the figures. */
public final class Worker {

    private Worker() {}

    /**
     * Measures.
     *
     * @param arguments what, who, the stub's address, and what the measurement wants to know
     * @throws Exception if anything went wrong: there are no half results
     */
    public static void main(String[] arguments) throws Exception {
        // Without a word from us logback says everything, on the very stream that the figures take.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        String server = arguments[2];
        String who = arguments[1];
        Figures figures;
        switch (arguments[0]) {
            case "speed" -> figures = SpeedRun.measure(Lineup.valueOf(who), server);
            case "in-flight" -> {
                int calls = Integer.parseInt(arguments[3]);
                figures = InFlightRun.measure(Lineup.valueOf(who), server, calls, Boolean.parseBoolean(arguments[4]));
            }
            case "streaming" -> figures = StreamingRun.measure(Lineup.valueOf(who), server);
            case "incident" -> figures = IncidentRun.measure(Incident.valueOf(who), server);
            default -> throw new IllegalArgumentException("What is " + arguments[0] + "?");
        }
        System.out.print(figures);
        // Some clients' threads are no daemons.
        System.exit(0);
    }
}
