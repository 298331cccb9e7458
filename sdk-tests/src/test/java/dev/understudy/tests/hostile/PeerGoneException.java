package dev.understudy.tests.hostile;

import java.io.IOException;

/** The client closed its connection, or the server was closed. */
public final class PeerGoneException extends IOException {

    private static final long serialVersionUID = 1L;

    PeerGoneException(String message) {
        super(message);
    }
}
