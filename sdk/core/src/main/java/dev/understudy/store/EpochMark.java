package dev.understudy.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The largest epoch that was completely written, in a line beside the state: so that a state that was lost, or replaced by an
 * older copy, is noticed. It is written in place after the state is durable, and is not forced itself: it may lag behind the
 * state, but never be ahead of it. A line whose checksum does not fit says nothing, for the state speaks for itself.
 */
final class EpochMark {

    private static final Pattern LINE = Pattern.compile("(epoch ([0-9]{19})) ([0-9a-f]{8})\n");
    private static final int BYTES = 6 + 19 + 1 + 8 + 1;

    private EpochMark() {}

    /** Reads the mark; 0 where it says nothing. */
    static long read(Path file) {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            Matcher line = LINE.matcher(new String(in.readNBytes(BYTES), StandardCharsets.US_ASCII));
            return line.matches() && line.group(3).equals(checksum(line.group(1))) ? Long.parseLong(line.group(2)) : 0;
        } catch (IOException unreadable) {
            return 0; // nothing was written yet, or nothing can be said
        }
    }

    /** Writes the mark, by whoever has the right to write the state. */
    static void write(Path file, long epoch) throws IOException {
        String line = String.format(Locale.ROOT, "epoch %019d", epoch);
        Durable.createFile(file);
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            // Few enough bytes to be one system call.
            out.write((line + " " + checksum(line) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static String checksum(String line) {
        CRC32 crc = new CRC32();
        crc.update(line.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
