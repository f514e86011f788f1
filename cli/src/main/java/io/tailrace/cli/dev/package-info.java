/**
 * {@code tailrace dev}: Postgres, the broker, a Kafka and the forwarder on this machine, each a process of its own.
 * {@link io.tailrace.cli.dev.DevCommand} starts them, then shows how many records were written and forwarded until
 * a signal comes or one of them ends.
 */
@NullMarked
package io.tailrace.cli.dev;

import org.jspecify.annotations.NullMarked;
