package io.tailrace.forwarder.groups;

/** What a group has committed here, and what that is on the target. */
record TranslatedOffset(CommittedOffset committed, long targetOffset) {}
