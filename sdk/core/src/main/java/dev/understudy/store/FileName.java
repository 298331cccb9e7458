package dev.understudy.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of a key's file, without its ending. Lower-case letters, digits, {@code _}, {@code -} and inner dots stand for
 * themselves; every other byte of the key's UTF-8 is {@code %} and two lower-case digits. So no key leaves the directory, no
 * file is hidden, and two keys have two names even where the file system does not tell {@code A} from {@code a}. A key whose
 * name would be too long is cut and gets a digest of the whole.
 */
final class FileName {

    /** With endings and a leading dot, file systems allow 255. */
    private static final int LONGEST = 200;

    /** Names of devices on Windows, whatever follows their first dot. */
    private static final Pattern DEVICE = Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

    private FileName() {}

    static String of(String key) {
        boolean device = DEVICE.matcher(key).matches();
        StringBuilder name = new StringBuilder(key.length() + 16);
        for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
            boolean first = name.length() == 0;
            if (isPlain(octet) && !(first && (octet == '.' || device))) {
                name.append((char) octet);
            } else {
                name.append('%').append(HexFormat.of().toHexDigits(octet));
            }
        }
        if (name.length() > LONGEST) {
            name.setLength(LONGEST / 2);
            // '~' is in no other name.
            name.append('~').append(digest(key));
        }
        return name.toString();
    }

    private static boolean isPlain(byte octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= '0' && octet <= '9')
                || octet == '_'
                || octet == '-'
                || octet == '.';
    }

    private static String digest(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
