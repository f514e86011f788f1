package io.tailrace.forwarder.verify;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of verifying a partition.
 *
 * @param targetName the topic of the target
 * @param forwardedTo everything below it is acknowledged by the target
 * @param verified how far it was compared; null where nothing was
 */
public record Verdict(
        String topic, String targetName, int partition, State state, long forwardedTo, @Nullable Verified verified) {

    /** Only {@code RED} is a difference. */
    public enum State {
        GREEN("green"),
        RED("red"),
        /** Nothing was forwarded that could be compared. */
        EMPTY("nothing to verify"),
        /** Everything that was forwarded was so before the offset map was kept. */
        UNMAPPED("not verifiable"),
        NOT_FORWARDED("not forwarded"),
        SAMPLED("sampled");

        private final String text;

        State(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    static Verdict of(ForwardedPartition partition, State state, @Nullable Verified verified) {
        return new Verdict(
                partition.topic(), partition.targetName(), partition.partition(), state, partition.next(), verified);
    }

    /** What else there is to say, in words; empty for nothing. */
    public String notes() {
        if (verified == null) {
            return "";
        }
        List<String> notes = new ArrayList<>();
        note(notes, verified.onlyOnTarget(), "only on the target, no longer in the log");
        note(notes, verified.goneFromTarget(), "no longer on the target, not verifiable");
        note(notes, verified.foreignRecords(), "of others");
        note(notes, verified.setAside(), "refused by the target and set aside");
        note(notes, verified.repeated(), "sent again on request, not compared");
        return String.join("; ", notes);
    }

    private static void note(List<String> notes, long count, String what) {
        if (count > 0) {
            notes.add(count + " " + what);
        }
    }
}
