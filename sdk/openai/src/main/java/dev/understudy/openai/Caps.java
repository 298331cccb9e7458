package dev.understudy.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;

/** The largest of everything that comes from outside. What is larger is not read to its end. */
final class Caps {

    /** An answer, unpacked. */
    static final long BODY_BYTES = 16L << 20;
    /** An error's body, unpacked; what comes after it is not read. */
    static final long ERROR_BYTES = 64L << 10;
    /** All that is not body: status line, headers, trailers, what stands between chunks. OkHttp counts letters only. */
    static final long HEADER_BYTES = 128L << 10;
    /** A body in the smallest of chunks has five bytes of framing for each of its own. */
    static final int FRAMING_PER_BODY_BYTE = 8;
    /** Bodies up to this length, if they give it, are read with a table of the names in them. */
    static final long SMALL_BODY_BYTES = 64L << 10;
    /** Tool calls in one answer; providers allow 128 tools. */
    static final int TOOL_CALLS = 1024;

    /** A stream, unpacked. Its chunks are read and forgotten, and each says ten times more than its token. */
    static final long STREAM_BYTES = 256L << 20;
    /** One event of a stream, and one of its lines: a whole answer may come in one. */
    static final int EVENT_BYTES = 4 << 20;
    /** Events of one stream; the longest answers have some hundred thousand tokens. */
    static final int EVENTS = 1_000_000;
    /** Choices of one stream; providers allow 128. */
    static final int CHOICES = 128;

    private static final int JSON_DEPTH = 128;
    private static final int JSON_NAME_LENGTH = 1024;
    private static final int JSON_NUMBER_LENGTH = 100;

    private Caps() {}

    /**
     * Makes a JSON factory that keeps to the caps.
     *
     * @param recyclers where its buffers are kept
     * @param nameTable whether names are looked up in a table: faster, but a body of nothing but names makes it outgrow
     *     its body ten times
     */
    static JsonFactory jsonFactory(Recyclers recyclers, boolean nameTable) {
        return new JsonFactoryBuilder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(JSON_DEPTH)
                        .maxNameLength(JSON_NAME_LENGTH)
                        .maxNumberLength(JSON_NUMBER_LENGTH)
                        .maxStringLength((int) BODY_BYTES)
                        .build())
                .recyclerPool(recyclers)
                // Whoever opened a body closes it: closing it here would read it to its end.
                .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                // An answer must not show up in an exception.
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                // Names that a stranger chose do not belong into the JVM's table of strings.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, nameTable)
                .build();
    }
}
