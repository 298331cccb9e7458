package dev.understudy.evidence;

/** What a candidate is watched for. Each is an e-process; their mean decides. */
public enum Guard {
    /** More than 5 % of the candidate's calls are slower than the limit, or failed. */
    LATENCY_LIMIT("p95 over the limit"),
    /** More of the candidate's calls failed than the cap allows. */
    ERROR_CAP("errors over the cap"),
    /** The candidate's units see errors that the concurrent baseline's do not. */
    ERROR_INCREASE("more errors than the baseline"),
    /** The candidate's units see slow calls that the concurrent baseline's do not. */
    LATENCY_INCREASE("slower than the baseline");

    private final String words;

    Guard(String words) {
        this.words = words;
    }

    /**
     * Returns what the guard found, if it found something.
     *
     * @return part of a sentence
     */
    public String words() {
        return words;
    }
}
