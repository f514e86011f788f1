package io.tailrace.local;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Where a database is and how to log in. The password is left out of {@link #toString}. */
public record PostgresAddress(String host, int port, String database, String user, String password) {

    /** Without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), user, password);
    }

    public PostgresAddress withDatabase(String name) {
        return new PostgresAddress(host, port, name, user, password);
    }

    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }
}
