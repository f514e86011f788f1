/** The way to Postgres: connections for each purpose, and what its errors mean to a Kafka client. */
@NullMarked
package io.tailrace.broker.sql;

import org.jspecify.annotations.NullMarked;
