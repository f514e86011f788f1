package io.tailrace.e2e.transaction;

/** How far a transaction came, as its worker knows it. */
public enum Outcome {
    /** Its worker never asked for a commit: must be absent. */
    OPEN,
    /** Its worker asked for a commit and did not hear the answer: whole or absent. */
    UNKNOWN,
    /** Must be whole. */
    COMMITTED,
    /** Must be absent. */
    ABORTED
}
