package dev.understudy.chat;

import java.util.Objects;

/**
 * Whether the model must call a tool.
 *
 * @param mode {@code auto}, {@code none}, {@code required} (some providers say {@code any}), or {@code function}
 * @param function the function to call where the mode is {@code function}; else empty
 */
public record ToolChoice(String mode, String function) {
    /** The model decides. */
    public static final ToolChoice AUTO = new ToolChoice("auto", "");
    /** The model calls no tool. */
    public static final ToolChoice NONE = new ToolChoice("none", "");
    /** The model calls at least one tool. */
    public static final ToolChoice REQUIRED = new ToolChoice("required", "");

    /** Checks that mode and function belong together. */
    public ToolChoice {
        Objects.requireNonNull(mode, "mode");
        if (mode.equals("function") == function.isEmpty()) {
            throw new IllegalArgumentException(
                    "A tool choice names a function if, and only if, its mode is 'function'");
        }
    }

    /**
     * The model calls this function.
     *
     * @param name the function
     * @return a new choice
     */
    public static ToolChoice function(String name) {
        return new ToolChoice("function", name);
    }
}
