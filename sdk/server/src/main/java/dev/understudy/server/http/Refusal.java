package dev.understudy.server.http;

/** A request that is not done: which status it gets, and what would be right. Its message goes to whoever asked. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * Refuses.
     *
     * @param status the HTTP status, 400 to 599
     * @param message what is wrong and what would be right, without anything secret
     */
    public Refusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /**
     * Returns the status.
     *
     * @return such as 404
     */
    public int status() {
        return status;
    }
}
