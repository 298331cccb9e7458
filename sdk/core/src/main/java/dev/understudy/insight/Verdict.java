package dev.understudy.insight;

/** What a comparison concludes about the candidate. */
public enum Verdict {
    /** There is evidence that it is good enough. */
    PASS,
    /** There is evidence that it is not. */
    FAIL,
    /** There is evidence for neither. */
    INCONCLUSIVE,
    /** One of the two variants served no calls. */
    NO_DATA,
    /** The split is not the intended one: nothing can be concluded. */
    INVALID
}
