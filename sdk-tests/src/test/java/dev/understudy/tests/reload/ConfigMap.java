package dev.understudy.tests.reload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * A folder as the kubelet keeps one: each file is a link to {@code ..data/file}, {@code ..data} is a link to a folder with a
 * time in its name, and an update writes a new folder and renames a new link over {@code ..data}.
 */
final class ConfigMap {

    private final Path mount;
    private int version;

    ConfigMap(Path mount, Map<String, String> files) {
        this.mount = mount;
        swap(files);
        for (String file : files.keySet()) {
            run(() -> Files.createSymbolicLink(mount.resolve(file), Path.of("..data", file)));
        }
    }

    Path file(String name) {
        return mount.resolve(name);
    }

    /** Puts other files in the place of all of these, at once. */
    void swap(Map<String, String> files) {
        run(() -> {
            Path before = version == 0 ? null : mount.resolve(folder());
            version++;
            Files.createDirectory(mount.resolve(folder()));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(mount.resolve(folder()).resolve(file.getKey()), file.getValue());
            }
            Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of(folder()));
            Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            if (before != null) {
                for (String file : files.keySet()) {
                    Files.delete(before.resolve(file));
                }
                Files.delete(before);
            }
        });
    }

    private String folder() {
        return "..2026_11_20_18_00_00." + version;
    }

    private interface Steps {
        void run() throws IOException;
    }

    private static void run(Steps steps) {
        try {
            steps.run();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
