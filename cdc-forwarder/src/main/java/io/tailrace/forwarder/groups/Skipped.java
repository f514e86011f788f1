package io.tailrace.forwarder.groups;

/** Why an offset was not written to the target. */
public enum Skipped {
    /** The target has not acknowledged everything below it yet; the next round tries again. */
    NOT_FORWARDED("not everything below the committed offset is on the target yet"),
    /** The offset map does not reach back so far. */
    BELOW_MAP("the committed offset is older than the offset map"),
    /** The group has members there, or is of another kind. */
    ACTIVE("the group is active at the target"),
    /** Its consumers were moved. */
    MOVED("the group is marked as moved"),
    /** The target has a greater offset, and offsets never go backwards. */
    BACKWARDS("the group has a greater offset at the target"),
    /** The target does not take it. */
    REFUSED("the target refuses the offset");

    private final String reason;

    Skipped(String reason) {
        this.reason = reason;
    }

    /** In words. */
    public String reason() {
        return reason;
    }
}
