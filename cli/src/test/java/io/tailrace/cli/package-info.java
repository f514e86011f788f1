/** Tests of the command line. */
@NullMarked
package io.tailrace.cli;

import org.jspecify.annotations.NullMarked;
