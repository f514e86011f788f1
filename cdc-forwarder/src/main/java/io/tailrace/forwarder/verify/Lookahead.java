package io.tailrace.forwarder.verify;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sequence of which the next elements can be seen before they are taken. Confined to one thread. */
final class Lookahead<T> {
    /** Where the elements come from. */
    interface Source<T> {
        /** The next element, or null: there are no more. */
        @Nullable
        T next() throws SQLException;
    }

    private final Source<T> source;
    private final List<T> ahead = new ArrayList<>();
    private boolean ended;

    Lookahead(Source<T> source) {
        this.source = source;
    }

    /** The element that comes after so many others, or null. */
    @Nullable
    T peek(int after) throws SQLException {
        while (ahead.size() <= after && !ended) {
            T next = source.next();
            if (next == null) {
                ended = true;
            } else {
                ahead.add(next);
            }
        }
        return after < ahead.size() ? ahead.get(after) : null;
    }

    /** Takes the element that {@code peek(0)} has shown. */
    void take() {
        ahead.remove(0);
    }
}
