package io.tailrace.cli.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown, its columns as wide as their longest cell, so that it can be read as it is. Confined to one thread. */
public final class MarkdownTable {

    private final int textColumns;
    private final List<List<String>> rows = new ArrayList<>();

    /** The first columns, so many, hold words; the others hold figures and end at the right. */
    public MarkdownTable(int textColumns, List<String> header) {
        this.textColumns = textColumns;
        rows.add(List.copyOf(header));
    }

    public void addRow(List<String> cells) {
        if (cells.size() != rows.get(0).size()) {
            throw new IllegalArgumentException("a row of " + cells.size() + " cells");
        }
        rows.add(List.copyOf(cells));
    }

    public List<String> lines() {
        int[] widths = widths();
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(line(row, widths));
        }
        lines.add(1, rule(widths));
        return lines;
    }

    private int[] widths() {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                // The rule of a column of figures needs three characters.
                widths[column] =
                        Math.max(3, Math.max(widths[column], row.get(column).length()));
            }
        }
        return widths;
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int column = 0; column < widths.length; column++) {
            String cell = row.get(column);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(' ')
                    .append(column < textColumns ? cell + padding : padding + cell)
                    .append(" |");
        }
        return line.toString();
    }

    private String rule(int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int column = 0; column < widths.length; column++) {
            line.append('-')
                    .append("-".repeat(widths[column]))
                    .append(column < textColumns ? "-" : ":")
                    .append('|');
        }
        return line.toString();
    }
}
