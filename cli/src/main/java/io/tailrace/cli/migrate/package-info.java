/**
 * {@code tailrace migrate}: moving to the target, a step at a time. {@code verify} compares what has arrived there,
 * {@code return} goes back.
 */
@NullMarked
package io.tailrace.cli.migrate;

import org.jspecify.annotations.NullMarked;
