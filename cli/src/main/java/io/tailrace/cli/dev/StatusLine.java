package io.tailrace.cli.dev;

import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The line that tells how many records were written and forwarded: one that keeps its place on a terminal; elsewhere a
 * new one when the numbers have changed, at most every five seconds. Guarded by its own lock, since the shutdown hook
 * prints as well.
 */
final class StatusLine {

    private static final long MIN_INTERVAL_NS = 5_000_000_000L;
    private static final String ERASE_TO_END = "\u001b[K";

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean withTarget;
    private String shown = "";
    private @Nullable RecordCounts last;
    private long lastCountNs;
    private long lastPrintNs;
    private boolean ended;

    StatusLine(PrintWriter out, boolean terminal, boolean withTarget) {
        this.out = out;
        this.terminal = terminal;
        this.withTarget = withTarget;
    }

    /** Shows new counts, taken at the time. */
    synchronized void show(RecordCounts counts, long nowNs) {
        long perSecond = last == null
                ? 0
                : Math.round((counts.written() - last.written()) * 1e9 / Math.max(1, nowNs - lastCountNs));
        last = counts;
        lastCountNs = nowNs;
        String forwarded = withTarget
                ? String.format(Locale.ROOT, "   forwarded %,d   lag %,d", counts.forwarded(), counts.lag())
                : "";
        String numbers = String.format(Locale.ROOT, "written %,d%s", counts.written(), forwarded);
        print(numbers, terminal ? String.format(Locale.ROOT, "   (%,d/s)", Math.max(0, perSecond)) : "", nowNs);
    }

    /** Shows a sentence instead. */
    synchronized void show(String sentence, long nowNs) {
        print(sentence, "", nowNs);
    }

    /** Leaves the line, so that other output begins on the next; nothing is shown from now on. */
    synchronized void end() {
        if (terminal && !shown.isEmpty()) {
            out.println();
            out.flush();
        }
        ended = true;
    }

    private void print(String text, String detail, long nowNs) {
        if (ended) {
            return;
        }
        if (terminal) {
            out.print("\r" + text + detail + ERASE_TO_END);
            out.flush();
            shown = text;
        } else if (!text.equals(shown) && (shown.isEmpty() || nowNs - lastPrintNs >= MIN_INTERVAL_NS)) {
            out.println(text);
            out.flush();
            shown = text;
            lastPrintNs = nowNs;
        }
    }
}
