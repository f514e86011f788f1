package io.tailrace.forwarder.cutover;

/**
 * What a check has found.
 *
 * @param check what was looked at, in a word or two
 * @param text what was found and what to do about it
 */
public record Finding(Weight weight, String check, String text) {

    /** What it means for the move. */
    public enum Weight {
        /** It is in order. */
        OK("ok"),
        /** To know; the move is possible. */
        NOTE("note"),
        /** There is no move before this is mended. */
        BLOCKS("blocks");

        private final String text;

        Weight(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    static Finding ok(String check, String text) {
        return new Finding(Weight.OK, check, text);
    }

    static Finding note(String check, String text) {
        return new Finding(Weight.NOTE, check, text);
    }

    static Finding blocks(String check, String text) {
        return new Finding(Weight.BLOCKS, check, text);
    }

    public boolean blocks() {
        return weight == Weight.BLOCKS;
    }
}
