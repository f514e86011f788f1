package io.tailrace.schema;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a Postgres before a program begins to use it. The broker writes with any server of a supported version; logical
 * decoding, which the forwarder lives on, works only where {@code wal_level} is {@code logical}, and that setting needs a
 * restart of the server: better said at the first start than on the day of the migration.
 *
 * <p>Stateless.
 */
public final class PostgresRequirements {
    static final int OLDEST_MAJOR_VERSION = 15;
    static final int NEWEST_MAJOR_VERSION = 18;

    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresRequirements.class);
    private static final String SET_WAL_LEVEL =
            "run ALTER SYSTEM SET wal_level = 'logical' as a superuser and restart Postgres"
                    + " (on a managed service: its own parameter, such as rds.logical_replication = 1)";

    private PostgresRequirements() {}

    /** Throws a {@link SchemaException} where the broker cannot work; logs a warning where the forwarder could not. */
    public static void checkForBroker(DataSource dataSource) {
        ServerFacts facts = ServerFacts.of(dataSource);
        refuse(brokerProblems(facts));
        brokerWarnings(facts).forEach(warning -> LOGGER.atWarn().log(warning));
    }

    /** Throws a {@link SchemaException} where the forwarder cannot work. */
    public static void checkForForwarder(DataSource dataSource) {
        ServerFacts facts = ServerFacts.of(dataSource);
        refuse(forwarderProblems(facts));
        versionWarnings(facts).forEach(warning -> LOGGER.atWarn().log(warning));
    }

    static List<String> brokerProblems(ServerFacts facts) {
        if (facts.majorVersion() >= OLDEST_MAJOR_VERSION) {
            return List.of();
        }
        return List.of("Postgres %s is too old: Tailrace needs version %d to %d; upgrade the server"
                .formatted(facts.version(), OLDEST_MAJOR_VERSION, NEWEST_MAJOR_VERSION));
    }

    static List<String> brokerWarnings(ServerFacts facts) {
        List<String> warnings = new ArrayList<>(versionWarnings(facts));
        if (!facts.isLogical()) {
            warnings.add("Postgres has wal_level = %s. The broker works; the forwarder needs 'logical': %s"
                    .formatted(facts.walLevel(), SET_WAL_LEVEL));
        }
        return warnings;
    }

    static List<String> forwarderProblems(ServerFacts facts) {
        List<String> problems = new ArrayList<>(brokerProblems(facts));
        if (!facts.isLogical()) {
            problems.add("Postgres has wal_level = %s, but the forwarder needs 'logical': %s"
                    .formatted(facts.walLevel(), SET_WAL_LEVEL));
        }
        requireSome(problems, "max_replication_slots", facts.maxReplicationSlots());
        requireSome(problems, "max_wal_senders", facts.maxWalSenders());
        if (!facts.mayReplicate()) {
            problems.add("the role \"%s\" may not use replication; run ALTER ROLE %s REPLICATION as a superuser"
                            .formatted(facts.role(), quoted(facts.role()))
                    + " (on Amazon RDS: GRANT rds_replication TO " + quoted(facts.role()) + ")");
        }
        return problems;
    }

    static List<String> versionWarnings(ServerFacts facts) {
        if (facts.majorVersion() <= NEWEST_MAJOR_VERSION) {
            return List.of();
        }
        return List.of("Postgres %s is newer than the versions that this Tailrace was tested with, %d to %d"
                .formatted(facts.version(), OLDEST_MAJOR_VERSION, NEWEST_MAJOR_VERSION));
    }

    /** A name as SQL writes it. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static void requireSome(List<String> problems, String setting, int value) {
        if (value == 0) {
            problems.add(("Postgres has %s = 0, but the forwarder needs at least one: run ALTER SYSTEM SET %s = 10"
                            + " as a superuser and restart Postgres")
                    .formatted(setting, setting));
        }
    }

    static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new SchemaException(String.join(System.lineSeparator(), problems));
        }
    }
}
