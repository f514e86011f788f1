package io.tailrace.cli.shadow;

import io.tailrace.cli.TextTable;
import java.io.PrintWriter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest rows of a table of Postgres, as a table of text.
 *
 * @param header of the columns that its queries return, as text
 * @param relation where all of the rows are
 */
record Listing(List<String> header, String relation) {

    private static final int MAX_ROWS = 1_000;

    /** What its queries are limited to: one row more than is shown. */
    static final int LIMIT = MAX_ROWS + 1;

    List<List<String>> read(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            List<List<String>> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(cells(row));
            }
            return rows;
        }
    }

    private List<String> cells(ResultSet row) throws SQLException {
        List<String> cells = new ArrayList<>();
        for (int column = 1; column <= header.size(); column++) {
            String text = row.getString(column);
            cells.add(text == null ? "" : text.replace('\n', ' '));
        }
        return cells;
    }

    /** @param ifNone what to say where there are no rows */
    void print(List<List<String>> rows, String ifNone, PrintWriter out) {
        if (rows.isEmpty()) {
            out.println(ifNone);
            return;
        }
        TextTable table = new TextTable(header);
        rows.stream().limit(MAX_ROWS).forEach(table::addRow);
        table.lines().forEach(out::println);
        if (rows.size() > MAX_ROWS) {
            out.println("(the latest " + MAX_ROWS + "; all of them are in " + relation + ")");
        }
    }
}
