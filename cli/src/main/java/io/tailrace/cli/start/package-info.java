/**
 * How programs start faster: {@link io.tailrace.cli.start.StartClasses} is what the JVM makes an archive of classes from.
 * The script {@code tailrace} makes it, one for a build and a JDK, and starts every program with it.
 */
@NullMarked
package io.tailrace.cli.start;

import org.jspecify.annotations.NullMarked;
