package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.retry.Backoff;
import java.time.Duration;

/**
 * Limits and times of the pipeline.
 *
 * @param maxInFlightBytes the most that is sent and not acknowledged
 * @param maxBatchBytes the most that a batch may grow to when its compression is taken off
 * @param checkpointInterval how often the position is saved
 * @param topicRefreshInterval how soon a new topic appears on the target
 * @param backoff how long a refused record waits before it is tried again
 */
public record PipelineConfig(
        long maxInFlightBytes,
        int maxBatchBytes,
        Duration checkpointInterval,
        Duration topicRefreshInterval,
        Backoff backoff) {}
