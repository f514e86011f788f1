/** JUnit extensions: one Postgres and one Kafka for all tests of a JVM, a database of its own for each test. */
@NullMarked
package io.tailrace.local.junit;

import org.jspecify.annotations.NullMarked;
