/** Tests of the part {@code servers} of {@code tailrace bench}. */
@NullMarked
package io.tailrace.cli.bench.servers;

import org.jspecify.annotations.NullMarked;
