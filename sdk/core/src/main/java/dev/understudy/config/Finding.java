package dev.understudy.config;

/**
 * Something that is wrong with a configuration, wherever it came from.
 *
 * @param path the setting, as in {@code agents.qa_agent.timeout}
 * @param sentence what is wrong and what would be right
 */
record Finding(String path, String sentence) {

    @Override
    public String toString() {
        return path + ": " + sentence;
    }
}
