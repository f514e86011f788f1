/** Tests of {@code tailrace sql}. */
@NullMarked
package io.tailrace.cli.sql;

import org.jspecify.annotations.NullMarked;
