/** Tests of {@code tailrace bench}. */
@NullMarked
package io.tailrace.cli.bench;

import org.jspecify.annotations.NullMarked;
