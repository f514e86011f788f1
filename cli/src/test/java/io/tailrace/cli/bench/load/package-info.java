/** Tests of the part {@code load} of {@code tailrace bench}. */
@NullMarked
package io.tailrace.cli.bench.load;

import org.jspecify.annotations.NullMarked;
