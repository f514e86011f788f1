package io.tailrace.forwarder.cutover;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Short questions to Postgres. Stateless. */
final class Sql {
    private static final int NAMED = 10;

    private Sql() {}

    /** The first column of all rows. */
    static List<String> texts(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<String> texts = new ArrayList<>();
                while (rows.next()) {
                    texts.add(String.valueOf(rows.getString(1)));
                }
                return texts;
            }
        }
    }

    /** The one row's one column. */
    static boolean isTrue(Connection connection, String sql, String... parameters) throws SQLException {
        return texts(connection, sql, parameters).contains("t");
    }

    /** The one row's one column. */
    static long number(Connection connection, String sql, String... parameters) throws SQLException {
        return Long.parseLong(texts(connection, sql, parameters).get(0));
    }

    /** A few of them by name, and how many others there are. */
    static String list(List<String> names) {
        return names.size() <= NAMED
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, NAMED)) + " and " + (names.size() - NAMED) + " others";
    }
}
