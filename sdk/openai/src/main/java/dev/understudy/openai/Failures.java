package dev.understudy.openai;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Puts a deployment's failures into words: who, what happened, what next; never a key, a prompt or an answer. */
final class Failures {

    private static final int MAX_CODE_LENGTH = 48;

    private final String deployment;
    private final String who;
    private final Excerpt excerpt;

    Failures(Provider provider, Deployment deployment, Excerpt excerpt) {
        this.deployment = deployment.name();
        this.who = "Deployment '" + deployment.name() + "' at provider '" + provider.name() + "' ";
        this.excerpt = excerpt;
    }

    ChatException cancelled(String why) {
        return FailureKind.CANCELLED.exception(who + "was not waited for: " + why, Origin.of(deployment), null);
    }

    ChatException timeout(boolean asked, int status) {
        String what = !asked
                ? "was not asked: there was no time left"
                : status == 0 ? "did not answer in time" : "answered " + status + ", but its body did not come in time";
        return FailureKind.TIMEOUT.exception(who + what, origin(status, null), null);
    }

    ChatException malformed(int status, String what, @Nullable String requestId) {
        return FailureKind.MALFORMED.exception(
                who + "answered " + status + ", but no answer: " + what, origin(status, requestId), null);
    }

    /** A stream that ended as if all were well, and was not. */
    ChatException incomplete(int status, @Nullable String requestId) {
        return FailureKind.INCOMPLETE.exception(
                who + "answered " + status
                        + ", but its stream ended before the answer did: no finish reason, no [DONE]",
                origin(status, requestId),
                null);
    }

    ChatException tooLarge(int status, String what, @Nullable String requestId) {
        return FailureKind.TOO_LARGE.exception(
                who + "sent a response " + what + "; it was not read on", origin(status, requestId), null);
    }

    /** What a provider said with a status or in the body of a 200. */
    ChatException upstream(Response response, UpstreamError error, ChatRequest request) {
        int status = response.code();
        FailureKind kind = Classification.of(status, error);
        Duration retryAfter = RetryAfter.of(response);
        StringBuilder words = new StringBuilder(who).append("answered ").append(status);
        if (status < 300) {
            words.append(", but an error");
        }
        if (!error.codes().isEmpty()) {
            String code = excerpt.of(error.codes().get(0), request);
            words.append(" (").append(Excerpt.plain(code, MAX_CODE_LENGTH)).append(')');
        }
        if (!error.message().isEmpty()) {
            words.append(": ").append(excerpt.of(error.message(), request));
        }
        if (retryAfter != null) {
            words.append("; retry after ").append(retryAfter.toMillis()).append(" ms");
        }
        Origin origin = new Origin(
                deployment, null, status, requestId(response.headers()), retryAfter, shouldRetry(response.headers()));
        return kind.exception(words.toString(), origin, null);
    }

    /** The same failure, of which it is known that the next attempt will be another. */
    static ChatException worthAnother(ChatException failure) {
        Origin said = failure.origin();
        return failure.kind()
                .exception(
                        String.valueOf(failure.getMessage()),
                        new Origin(said.model(), null, said.status(), said.requestId(), null, Boolean.TRUE),
                        null);
    }

    /** A status that the transport would not hand over. */
    ChatException status(int status) {
        return Classification.ofStatus(status).exception(who + "answered " + status, origin(status, null), null);
    }

    /** What went wrong on the way. */
    ChatException transport(IOException failure, int status) {
        FailureKind kind = isCertificate(failure) ? FailureKind.CERTIFICATE : FailureKind.TRANSPORT;
        return kind.exception(
                who + words(failure, kind, status), origin(status, null), WireFailure.presentable(failure));
    }

    /** What should not have happened. */
    ChatException unexpected(RuntimeException failure, int status) {
        return FailureKind.OTHER.exception(
                who + "could not be asked: " + failure.getClass().getName(),
                origin(status, null),
                WireFailure.presentable(failure));
    }

    /** Returns the provider's id of a request, or null where it gave none that can be shown. */
    @Nullable
    String requestId(Headers headers) {
        String id = headers.get("x-request-id");
        if (id == null) {
            id = headers.get("request-id");
        }
        if (id == null) {
            id = headers.get("apim-request-id");
        }
        return excerpt.requestId(id);
    }

    /** Returns the id that an answer gave itself, or null where it gave none that can be shown. */
    @Nullable
    String bodyId(@Nullable String id) {
        return excerpt.requestId(id);
    }

    private Origin origin(int status, @Nullable String requestId) {
        return status == 0 && requestId == null
                ? Origin.of(deployment)
                : new Origin(deployment, null, status, requestId, null, null);
    }

    private static @Nullable Boolean shouldRetry(Headers headers) {
        String said = headers.get("x-should-retry");
        if (said == null) {
            return null;
        }
        return switch (said.strip()) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> null;
        };
    }

    private static String words(IOException failure, FailureKind kind, int status) {
        if (kind == FailureKind.CERTIFICATE) {
            return "has a certificate that is not valid for its address; nothing was sent";
        }
        if (failure instanceof UnknownHostException) {
            return "could not be reached: its host name is not known";
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return "could not be reached: the connection was refused or did not come about";
        }
        if (failure instanceof SSLException) {
            return "could not be reached: TLS failed";
        }
        return status == 0
                ? "broke the connection before it answered"
                : "answered " + status + ", but the connection broke within the body";
    }

    private static boolean isCertificate(IOException failure) {
        if (failure instanceof SSLPeerUnverifiedException) {
            return true;
        }
        if (!(failure instanceof SSLException)) {
            return false;
        }
        // A bound, for chains may be circular.
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < 8; depth++) {
            // Of the trust manager: the chain, the name, the dates, a revocation.
            if (cause instanceof GeneralSecurityException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
