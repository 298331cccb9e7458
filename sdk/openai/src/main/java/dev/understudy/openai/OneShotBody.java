package dev.understudy.openai;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A request's JSON, handed over to the socket segment by segment without a copy: it can be sent once. */
final class OneShotBody extends RequestBody {

    private final Buffer json;
    private final long length;
    private final Flight flight;

    OneShotBody(Buffer json, Flight flight) {
        this.json = json;
        this.length = json.size();
        this.flight = flight;
    }

    /** Returns the flight that carries it; it is the call's event listener, too. */
    Flight flight() {
        return flight;
    }

    @Override
    public @Nullable MediaType contentType() {
        // A header of every request says so already.
        return null;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.write(json, length);
    }
}
