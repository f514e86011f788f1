package io.tailrace.e2e.client;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The clients that the scenarios are played with. Immutable. */
public enum ClientKind {
    /** Kafka's own, in this JVM. */
    JAVA("classic", EnumSet.allOf(Capability.class)),
    /** The same as a member of a group by the protocol of KIP-848. */
    JAVA_KIP848("consumer", EnumSet.of(Capability.MEMBER, Capability.MEMBER_IN_A_CROWD, Capability.STATIC_MEMBER)),
    /** librdkafka, by confluent-kafka for Python. */
    LIBRDKAFKA("classic", EnumSet.allOf(Capability.class)),
    LIBRDKAFKA_KIP848("consumer", EnumSet.of(Capability.MEMBER, Capability.MEMBER_IN_A_CROWD)),
    /** KafkaJS has one assignor, and reads in groups only: to assign, it joins one of its own. */
    KAFKAJS(
            "classic",
            EnumSet.of(
                    Capability.BASICS,
                    Capability.MEMBER,
                    Capability.MEMBER_IN_A_CROWD,
                    Capability.ASSIGN,
                    Capability.SESSION_TIMEOUT,
                    Capability.TRANSACTIONS,
                    Capability.DELETE_GROUPS)),
    KAFKA_PYTHON(
            "classic",
            EnumSet.complementOf(EnumSet.of(
                    Capability.MEMBER_IN_A_CROWD,
                    Capability.ASSIGNMENTS,
                    Capability.NULL_HEADERS,
                    Capability.DELETE_GROUPS)));

    private final String groupProtocol;

    @SuppressWarnings("ImmutableEnumChecker") // Nobody else has it.
    private final Set<Capability> capabilities;

    ClientKind(String groupProtocol, Set<Capability> capabilities) {
        this.groupProtocol = groupProtocol;
        this.capabilities = capabilities;
    }

    public boolean can(Collection<Capability> wanted) {
        return capabilities.containsAll(wanted);
    }

    public boolean can(Capability wanted) {
        return capabilities.contains(wanted);
    }

    /** By {@code group.protocol}. */
    public String groupProtocol() {
        return groupProtocol;
    }

    public boolean isKip848() {
        return groupProtocol.equals("consumer");
    }

    boolean isJava() {
        return this == JAVA || this == JAVA_KIP848;
    }

    /** Fit for a group's or a topic's name. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
