package dev.understudy.tests.simulation;

/** A rule that did not hold. */
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final String rule;

    Violation(String rule, String message) {
        super(rule + ": " + message);
        this.rule = rule;
    }

    String rule() {
        return rule;
    }
}
