package dev.understudy.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file for tests that change it. */
final class EditGiven {

    /** Two agents with a candidate, one without; line 9 refers to a key that no machine has. */
    static final String FILE = """
            # Production
            models:
              use_finetuned: true          # the kill switch
              use_fallback: true
            providers:
              mistral:
                api: openai
                base_url: https://api.mistral.ai/v1
                api_key: env:UNDERSTUDY_TEST_NO_SUCH_KEY
            deployments:
              open-mistral-7b: { provider: mistral }
              qa-tuned-v1.3: { provider: mistral, max_tokens: 2048 }
            agents:
              qa_agent:
                baseline: open-mistral-7b
                candidate: qa-tuned-v1.3
                rollout: { percentage: 25, salt: qa_agent }    # since Tuesday
              support_agent:
                baseline: open-mistral-7b
                candidate: qa-tuned-v1.3    # the same one

                timeout: 5s
              legal_agent: { baseline: open-mistral-7b }
            """;

    private EditGiven() {}

    static Path file(Path folder) {
        return file(folder, FILE);
    }

    static Path file(Path folder, String text) {
        try {
            return Files.writeString(folder.resolve("understudy.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static EditedFile open(Path file) {
        return open(file, () -> {});
    }

    /** With somebody else's chance to change the file at the worst moment. */
    static EditedFile open(Path file, Runnable beforeReplacing) {
        return new EditedFile(file, Given.READER, beforeReplacing);
    }
}
