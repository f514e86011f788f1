/** The list of classes that programs start with. */
@NullMarked
package io.tailrace.cli.start;

import org.jspecify.annotations.NullMarked;
