/**
 * A Kafka Connect worker that copies a file through a topic into another file:
 * {@link io.tailrace.e2e.connect.ConnectWorker} runs it and speaks to it by REST, {@link io.tailrace.e2e.connect.GrowingFile}
 * is what it reads, {@link io.tailrace.e2e.connect.CopyCheck} judges what it wrote.
 */
@NullMarked
package io.tailrace.e2e.connect;

import org.jspecify.annotations.NullMarked;
