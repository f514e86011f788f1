package io.tailrace.e2e.connect;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What became of the lines 0 to n-1 of a {@link GrowingFile} in a copy. After a crash a copier may go back and repeat; it
 * must never leave a line out. A line that a crash cut off counts as not copied, what follows it may stand in the same line.
 *
 * @param missing lines that the copy does not have, or leaves out before it first has a later one
 * @param repeated lines that it has more than once
 * @param rewinds how often it went back
 */
public record CopyCheck(List<Integer> missing, int repeated, int rewinds) {

    private static final Pattern LINE = Pattern.compile("<(\\d+)>");

    public CopyCheck {
        missing = List.copyOf(missing);
    }

    /**
     * Compares.
     *
     * @param lines how many there were
     * @param copy the text of the copy
     */
    public static CopyCheck of(int lines, String copy) {
        List<Integer> missing = new ArrayList<>();
        BitSet seen = new BitSet();
        int expected = 0;
        int repeated = 0;
        int rewinds = 0;
        Matcher matcher = LINE.matcher(copy);
        while (matcher.find()) {
            int line = Integer.parseInt(matcher.group(1));
            for (int skipped = expected; skipped < line; skipped++) {
                missing.add(skipped);
            }
            rewinds += line < expected ? 1 : 0;
            repeated += seen.get(line) ? 1 : 0;
            seen.set(line);
            expected = line + 1;
        }
        for (int line = expected; line < lines; line++) {
            missing.add(line);
        }
        return new CopyCheck(missing, repeated, rewinds);
    }
}
