package io.tailrace.forwarder.replay;

import org.jspecify.annotations.Nullable;

/**
 * Records of the log that are on their way to the target once more, in one piece.
 *
 * @param targetFrom the offset on the target that the first of them is to get
 * @param replayId the request; null for a refused record that is sent again
 * @param sourceFrom the first offset of the log
 * @param sourceTo the first offset that is not among them
 */
public record RepeatedRange(
        int topicId, int partition, long targetFrom, @Nullable Long replayId, long sourceFrom, long sourceTo) {}
