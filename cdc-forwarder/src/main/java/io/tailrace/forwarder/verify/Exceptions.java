package io.tailrace.forwarder.verify;

import java.sql.SQLException;

/** What of a partition has no counterpart on the other side, and should not. */
interface Exceptions {
    /** Whether the target has refused the record of the log. */
    boolean isSetAside(long offset) throws SQLException;

    /** Whether the record of the target is one that was sent again. */
    boolean isRepeated(long targetOffset) throws SQLException;
}
