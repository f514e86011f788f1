package io.tailrace.forwarder.groups;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;

/** What a round asks of the target. Each call throws a TargetException if it does not answer. */
interface GroupTarget extends AutoCloseable {

    /** Those of the groups that have no members there: empty, or not there at all. */
    Set<String> inactive(Collection<String> groups);

    /** What the groups have committed there. */
    Map<String, Map<TopicPartition, Long>> offsets(Collection<String> groups);

    /** Commits for a group without members. @return what was refused, and why */
    Map<TopicPartition, ApiException> commit(String group, List<TranslatedOffset> offsets);

    @Override
    void close();
}
