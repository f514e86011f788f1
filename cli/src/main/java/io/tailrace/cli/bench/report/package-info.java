/** What a measurement came to: medians of the rounds, as tables for people and as values for {@code --json}. */
@NullMarked
package io.tailrace.cli.bench.report;

import org.jspecify.annotations.NullMarked;
