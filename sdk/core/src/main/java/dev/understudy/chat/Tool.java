package dev.understudy.chat;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function that the model may call.
 *
 * @param name its name
 * @param description what it does, for the model
 * @param parameters the JSON schema of its arguments, as a {@link JsonTree}
 */
public record Tool(String name, String description, Map<String, @Nullable Object> parameters) {
    /** Copies the schema. */
    public Tool {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        parameters = JsonTree.copyOf(parameters);
    }
}
