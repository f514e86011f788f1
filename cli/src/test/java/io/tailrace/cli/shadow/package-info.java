/** Tests of {@code tailrace shadow}. */
@NullMarked
package io.tailrace.cli.shadow;

import org.jspecify.annotations.NullMarked;
