package dev.understudy.config;

/**
 * A place in the file.
 *
 * @param path the keys that lead there, joined by dots; empty for the file itself
 * @param line the line, from 1
 */
record Where(String path, int line) {

    static final Where TOP = new Where("", 1);

    /** The place of a key in the map that is here. */
    Where at(String key, int atLine) {
        return new Where(path.isEmpty() ? Excerpt.key(key) : path + "." + Excerpt.key(key), atLine);
    }

    /** The place of an element in the list that is here. */
    Where at(int index, int atLine) {
        return new Where(path + "[" + index + "]", atLine);
    }
}
