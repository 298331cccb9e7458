package dev.understudy.throttle;

/** How asking for a permit ended. */
enum Admission {
    /** The caller holds a permit and must give it back. */
    GRANTED,
    /** Nothing was free, and as many as may are waiting already. */
    QUEUE_FULL,
    /** Nothing was free, and by the pace of late it would come free too late. */
    HOPELESS,
    /** Nothing came free while the caller was ready to wait, or it was cancelled or interrupted meanwhile. */
    NO_PERMIT
}
