package dev.understudy.openai;

import java.io.IOException;

/** Something that came from outside is larger than its cap. */
final class TooLarge extends IOException {

    private static final long serialVersionUID = 1L;

    private final String what;

    /**
     * Says what.
     *
     * @param what "larger than …"
     */
    TooLarge(String what) {
        super(what);
        this.what = what;
    }

    String what() {
        return what;
    }
}
