package dev.understudy.tests.hostile;

import java.io.IOException;

/** What the server does with one request, up to and including answering it properly. Stateless, so that it can be shared. */
@FunctionalInterface
public interface Fault {

    /**
     * Plays this fault. A normal return leaves the connection open for the next request; {@link Exchange#reset()} and
     * {@link Exchange#close()} end it.
     *
     * @param exchange the request, and the socket it came from
     * @throws IOException if the peer went away meanwhile
     */
    void play(Exchange exchange) throws IOException;

    /**
     * Finds a fault by its name, as in the {@code model} of a request.
     *
     * @param text such as {@code fault:status;code=503;retry-after=2}
     * @return the fault
     * @throws IllegalArgumentException if there is none of that name, or it does not know a parameter
     */
    static Fault named(String text) {
        return Faults.parse(text);
    }
}
