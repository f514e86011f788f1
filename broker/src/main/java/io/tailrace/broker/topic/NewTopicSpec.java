package io.tailrace.broker.topic;

import java.util.Map;

/** What a topic is to be made of; checked already but for what only the database knows. */
record NewTopicSpec(String name, int partitions, TopicSettings settings) {

    Map<String, String> config() {
        return settings.overrides();
    }
}
