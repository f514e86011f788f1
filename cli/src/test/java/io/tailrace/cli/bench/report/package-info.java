/** Tests of the part {@code report} of {@code tailrace bench}. */
@NullMarked
package io.tailrace.cli.bench.report;

import org.jspecify.annotations.NullMarked;
