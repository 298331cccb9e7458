package dev.understudy.error;

import java.util.List;

/**
 * A configuration that cannot be used. Every problem says where, what is wrong and what would be right, and all of them
 * are reported at once; none shows the value of a secret.
 */
public final class ConfigurationException extends UnderstudyException {

    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /**
     * Reports what is wrong.
     *
     * @param source the file, or what else was being read
     * @param problems one sentence each; at least one
     */
    public ConfigurationException(String source, List<String> problems) {
        super(describe(source, problems), null, true);
        this.problems = List.copyOf(problems);
    }

    /**
     * Returns all problems.
     *
     * @return one sentence each, in the order of the file
     */
    public List<String> problems() {
        return problems;
    }

    private static String describe(String source, List<String> problems) {
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("A configuration error needs at least one problem");
        }
        StringBuilder message =
                new StringBuilder("Configuration ").append(source).append(" cannot be used:");
        problems.forEach(problem -> message.append("\n  - ").append(problem));
        return message.toString();
    }
}
