/** Tests of {@code tailrace dev}. */
@NullMarked
package io.tailrace.cli.dev;

import org.jspecify.annotations.NullMarked;
