/**
 * The tables that broker and forwarder share, and what they ask of Postgres.
 *
 * <p>{@link io.tailrace.schema.Migrations} brings a database to the layout that this version knows: numbered SQL files
 * under {@code io/tailrace/schema/migration}, applied by Flyway. {@link io.tailrace.schema.PostgresRequirements} says
 * what is missing on a server before anything is tried there. Both run on the thread that starts a program, and fail
 * with a {@link io.tailrace.schema.SchemaException} whose message tells a person what to do.
 */
@NullMarked
package io.tailrace.schema;

import org.jspecify.annotations.NullMarked;
