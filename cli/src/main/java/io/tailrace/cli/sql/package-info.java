/** {@code tailrace sql}: one statement against the database, for machines without psql. */
@NullMarked
package io.tailrace.cli.sql;

import org.jspecify.annotations.NullMarked;
