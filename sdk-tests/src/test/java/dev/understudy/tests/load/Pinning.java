package dev.understudy.tests.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Watches for virtual threads that hold on to their carrier while they wait for 20 ms or more, with frames of ours on their
 * stack: nobody else runs on that carrier meanwhile. JFR notes it; since JDK 24 a {@code synchronized} block pins no more,
 * but a native frame and a class initializer do. Left out is who waits while the JVM loads a class from its jar: it does
 * that with frames of its own, once for each class, whoever needs it first.
 */
final class Pinning {

    private static final Duration LONG = Duration.ofMillis(20);
    private static final String OURS = "dev.understudy.";
    private static final String OF_THE_TESTS = "dev.understudy.tests.";

    private final Recording recording;

    private Pinning(Recording recording) {
        this.recording = recording;
    }

    /** Starts to watch; where there are no virtual threads, there is nothing to see. */
    static Pinning record() {
        Recording recording = new Recording();
        if (VirtualThreads.exist()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(LONG).withStackTrace();
        }
        recording.start();
        return new Pinning(recording);
    }

    /** Returns what was seen: of each event how long it was, and the frames from the innermost to the last of ours. */
    List<String> stop() throws IOException {
        Path file = Files.createTempFile("pinning", ".jfr");
        try (recording) {
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"))
                    .filter(event -> event.getStackTrace() != null
                            && event.getStackTrace().getFrames().stream().anyMatch(Pinning::isOurs)
                            && event.getStackTrace().getFrames().stream().noneMatch(Pinning::loadsAClass))
                    .map(Pinning::describe)
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    private static boolean isOurs(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        return type.startsWith(OURS) && !type.startsWith(OF_THE_TESTS);
    }

    private static boolean loadsAClass(RecordedFrame frame) {
        return frame.getMethod().getType().getName().equals("java.lang.ClassLoader")
                && frame.getMethod().getName().equals("loadClass");
    }

    private static String describe(RecordedEvent event) {
        return event.getDuration().toMillis() + " ms: "
                + event.getStackTrace().getFrames().stream()
                        .map(frame -> frame.getMethod().getType().getName() + "."
                                + frame.getMethod().getName() + ":" + frame.getLineNumber())
                        .collect(Collectors.joining(" < "));
    }
}
