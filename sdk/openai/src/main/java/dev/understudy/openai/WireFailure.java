package dev.understudy.openai;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLProtocolException;

/**
 * An exception of the transport without its message: OkHttp quotes what it could not read, and that may be an answer. It
 * keeps the class and the place.
 */
final class WireFailure extends IOException {

    private static final long serialVersionUID = 1L;

    /** They speak of addresses and sockets, never of what was sent or received. */
    private static final Set<Class<?>> DISCREET = Set.of(
            ConnectException.class,
            NoRouteToHostException.class,
            SocketException.class,
            SocketTimeoutException.class,
            UnknownHostException.class,
            SSLException.class,
            SSLHandshakeException.class,
            SSLPeerUnverifiedException.class,
            SSLProtocolException.class);

    private static final int MAX_DEPTH = 8;

    private WireFailure(Throwable original, int depth) {
        super(original.getClass().getName());
        setStackTrace(original.getStackTrace());
        Throwable cause = original.getCause();
        if (cause != null && depth < MAX_DEPTH) {
            initCause(new WireFailure(cause, depth + 1));
        }
    }

    /** Returns an exception that may be shown as a cause: the original if it is discreet, else a copy without words. */
    static Throwable presentable(Throwable original) {
        return isDiscreet(original, 0) ? original : new WireFailure(original, 0);
    }

    private static boolean isDiscreet(Throwable exception, int depth) {
        if (depth > MAX_DEPTH
                || !(DISCREET.contains(exception.getClass()) || exception instanceof GeneralSecurityException)) {
            return false;
        }
        for (Throwable suppressed : exception.getSuppressed()) {
            if (!isDiscreet(suppressed, depth + 1)) {
                return false;
            }
        }
        Throwable cause = exception.getCause();
        return cause == null || isDiscreet(cause, depth + 1);
    }
}
