package dev.understudy.benchmarks.sidebyside;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * What this JVM has used since it started: processor time with all that the JVM itself does, bytes allocated by all threads that
 * live, and memory. The stub is another process and not in it.
 */
final class Costs {

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR_REFERENCES = Path.of("/proc/self/clear_refs");

    private Costs() {}

    static long cpuNanos() {
        return PROCESS.getProcessCpuTime();
    }

    static long allocatedBytes() {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    /** What this thread allocates for a prompt, which is our own and no contestant's. */
    static double bytesPerPrompt() {
        int prompts = 10_000;
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        int length = 0;
        for (int i = 0; i < prompts; i++) {
            length += Traffic.prompt((long) i << 20).length();
        }
        if (length == 0) {
            throw new IllegalStateException("Prompts are never empty");
        }
        return (THREADS.getThreadAllocatedBytes(thread) - before) / (double) prompts;
    }

    /** Begins anew with the peaks, as far as the system allows. */
    static void forgetPeaks() {
        ManagementFactory.getThreadMXBean().resetPeakThreadCount();
        try {
            Files.writeString(
                    CLEAR_REFERENCES, "5", StandardOpenOption.WRITE); // proc(5): resets the peak of resident memory
        } catch (IOException notLinux) {
            Progress.say("the peak of memory includes the warm-up: %s", notLinux);
        }
    }

    static int peakThreads() {
        return THREADS.getPeakThreadCount();
    }

    /** What is in use on the heap after a collection. */
    static double liveMegabytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }

    /** The most memory that the process had at once; not a number where the system does not say. */
    static double peakResidentMegabytes() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return Double.NaN;
        }
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }
}
