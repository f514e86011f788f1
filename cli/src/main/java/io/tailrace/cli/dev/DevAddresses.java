package io.tailrace.cli.dev;

import io.tailrace.local.PostgresAddress;
import java.nio.file.Path;
import java.util.Optional;

/** Where everything is reached. */
record DevAddresses(String broker, Optional<String> target, PostgresAddress postgres, Path passwordFile) {

    /** The line that begins with {@code ready}; scripts wait for it. */
    String readyLine() {
        return "ready  broker " + broker
                + target.map(address -> "  target " + address).orElse("")
                + "  " + postgres.jdbcUrl() + "?user=" + postgres.user();
    }

    /** Works as it stands: libpq reads the password from the file. */
    String psqlLine(Path passFile) {
        return "psql \"postgresql://%s@%s:%d/%s?passfile=%s\""
                .formatted(postgres.user(), postgres.host(), postgres.port(), postgres.database(), passFile);
    }
}
