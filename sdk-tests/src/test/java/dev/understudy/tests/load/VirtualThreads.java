package dev.understudy.tests.load;

import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.ObjectName;

/** Virtual threads where the JDK has them; by reflection, for the floor is Java 17 and they came with 21. */
final class VirtualThreads {

    private static final Method START = find();

    private VirtualThreads() {}

    static boolean exist() {
        return START != null;
    }

    /** Starts one, or a platform thread where there are none. */
    static Thread start(Runnable work) {
        if (START == null) {
            return startPlatform(work);
        }
        try {
            return (Thread) START.invoke(null, work);
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Thread startPlatform(Runnable work) {
        Thread thread = new Thread(work, "caller");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Whether it is one of the JVM's own, on which virtual ones run; they come and go as it likes. */
    static boolean carries(Thread thread) {
        return thread.getClass().getName().equals("jdk.internal.misc.CarrierThread");
    }

    /** Who there is, save for the JVM's own that wait for sockets: only a dump of the JVM knows. */
    static List<String> alive() throws Exception {
        if (START == null) {
            return List.of();
        }
        Path dump = Files.createTempDirectory("threads").resolve("dump.txt");
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                            "dumpThreads",
                            new Object[] {dump.toString(), "TEXT_PLAIN"},
                            new String[] {String.class.getName(), String.class.getName()});
            try (var lines = Files.lines(dump)) {
                return lines.filter(line -> line.matches("#\\d+ \".*\" virtual.*") && !line.contains("Poller-"))
                        .toList();
            }
        } finally {
            Files.deleteIfExists(dump);
            Files.deleteIfExists(dump.getParent());
        }
    }

    private static Method find() {
        try {
            return Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException java17) {
            return null;
        }
    }
}
