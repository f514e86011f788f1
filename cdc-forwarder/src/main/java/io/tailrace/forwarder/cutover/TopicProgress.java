package io.tailrace.forwarder.cutover;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far a topic has come.
 *
 * @param targetName the topic of the target
 * @param percentage how many of its partitions are to be forwarded
 * @param samplePercentage how many of its records are forwarded
 * @param reason what the forwarder says why it does not forward everything; null where all is well, or it says nothing
 * @param groups how many consumer groups have committed offsets
 * @param partitions all of them, in order
 */
public record TopicProgress(
        String topic,
        String targetName,
        int percentage,
        int samplePercentage,
        @Nullable String reason,
        int groups,
        List<PartitionProgress> partitions) {

    public TopicProgress {
        partitions = List.copyOf(partitions);
    }

    public long sourceEnd() {
        return sum(PartitionProgress::sourceEnd);
    }

    public long targetEnd() {
        return sum(PartitionProgress::targetEnd);
    }

    public long lag() {
        return sum(PartitionProgress::lag);
    }

    public long verifiedTo() {
        return sum(PartitionProgress::verifiedTo);
    }

    public long unverified() {
        return sum(PartitionProgress::unverified);
    }

    private long sum(ToLongFunction<PartitionProgress> of) {
        return partitions.stream().mapToLong(of).sum();
    }

    /** Why the topic cannot move as it is, in words; empty if it can. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        long forwarded =
                partitions.stream().filter(PartitionProgress::forwarded).count();
        if (forwarded == 0) {
            problems.add("not forwarded" + (reason == null ? "" : ": " + reason));
        } else if (forwarded < partitions.size()) {
            problems.add("only %d of %d partitions are forwarded%s"
                    .formatted(
                            forwarded,
                            partitions.size(),
                            percentage < 100 ? " (shadow percentage " + percentage + ")" : ""));
        }
        if (samplePercentage < 100) {
            problems.add("only a sample of its records is forwarded (" + samplePercentage + " %)");
        }
        if (!targetName.equals(topic)) {
            problems.add("has another name on the target: " + targetName);
        }
        if (forwarded > 0) {
            partitions.forEach(partition -> partition
                    .problems()
                    .forEach(problem -> problems.add("partition " + partition.partition() + " " + problem)));
        }
        return problems;
    }
}
