/** {@code tailrace tables}: streams ordinary tables to Kafka, with the options of pg-replicate-kafka. */
@NullMarked
package io.tailrace.cli.tables;

import org.jspecify.annotations.NullMarked;
