/**
 * From a row to an acknowledged record: {@link io.tailrace.forwarder.pipeline.Pipeline} decides for each row whether it
 * is sent, skipped because it already was, or shows a gap that the table must fill. Entered by one thread at a time.
 */
@NullMarked
package io.tailrace.forwarder.pipeline;

import org.jspecify.annotations.NullMarked;
