package io.tailrace.e2e.client;

/** What a client may or may not be able to express. */
public enum Capability {
    /** Produces, and does everything else that every client can: topics, offsets, groups, configuration. */
    BASICS,
    /** Is a member of a consumer group. */
    MEMBER,
    /**
     * Joins a group that is just rebalancing. kafka-python 3.0.12 then loses the answer to its SyncGroup now and then, with
     * Apache Kafka as well, and waits for ever.
     */
    MEMBER_IN_A_CROWD,
    /** Reads partitions that it names itself, without a group. */
    ASSIGN,
    /** Names its own session timeout, and is missed when that is over. */
    SESSION_TIMEOUT,
    /** Is a static member ({@code group.instance.id}), whose successor takes its place at once. */
    STATIC_MEMBER,
    /** Chooses among the assignors range, roundrobin, sticky and cooperative-sticky. */
    ASSIGNORS,
    /** Has no offset reset, and fails instead. */
    RESET_NONE,
    /** Reads and commits in a transaction. */
    TRANSACTIONS,
    /** Changes single settings of a topic. */
    INCREMENTAL_CONFIGS,
    /** Finds the offset of the greatest timestamp, and the end for either isolation level. */
    OFFSET_SPECS,
    /** Sees which member has which partition. */
    ASSIGNMENTS,
    /** Deletes groups; kafka-python 3.0.12 cannot read the answer. */
    DELETE_GROUPS,
    /** Has headers without a value. */
    NULL_HEADERS
}
