package dev.understudy.benchmarks.sidebyside;

import java.util.function.Consumer;

/** Who is measured: one way to call a model, set up as its documentation would have a good user do it. */
interface Contestant extends AutoCloseable {

    /** Every contestant has a bound, and no run comes near it. */
    int TIMEOUT_SECONDS = 60;

    /**
     * Makes one call.
     *
     * @param unit who asks, for those who roll out
     * @param prompt what is asked
     * @return the text of the answer
     * @throws Exception if there was none
     */
    String ask(String unit, String prompt) throws Exception;

    /**
     * Makes one call, and hears the answer while it is given.
     *
     * @param unit who asks, for those who roll out
     * @param prompt what is asked
     * @param heard is told each piece of text
     * @throws Exception if the answer did not come to its end
     */
    void stream(String unit, String prompt, Consumer<String> heard) throws Exception;

    @Override
    default void close() throws Exception {}
}
