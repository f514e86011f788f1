package io.tailrace.local;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The server.properties of a {@link LocalKafka}: one node that is both broker and controller. */
final class KafkaProperties {

    private static final String LOCALHOST = "127.0.0.1";

    private final Map<String, String> properties = new TreeMap<>();

    KafkaProperties(Path logDirectory, int port, int controllerPort) {
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@" + LOCALHOST + ":" + controllerPort);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        properties.put("log.dirs", logDirectory.toString());
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        // After a kill, the controller waits this long for the dead broker before it lets the new one in. That asks
        // after
        // 0.1, 0.3, 0.7, 1.5, 3.1 and 6.3 s.
        properties.put("broker.session.timeout.ms", "2500");
        properties.put("broker.heartbeat.interval.ms", "500");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put(
                "listeners",
                "PLAINTEXT://" + LOCALHOST + ":" + port + ",CONTROLLER://" + LOCALHOST + ":" + controllerPort);
        properties.put("advertised.listeners", "PLAINTEXT://" + LOCALHOST + ":" + port);
        properties.put(
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL");
    }

    void addSecurity(Map<KafkaListener, Integer> ports, Certificates certificates, String user, String password) {
        ports.forEach((listener, port) -> addListener(listener.name(), port));
        properties.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512");
        for (String listener : new String[] {"sasl_ssl", "sasl_plaintext"}) {
            String prefix = "listener.name." + listener + ".";
            properties.put(
                    prefix + "plain.sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + user + "=\"" + password
                            + "\";");
            for (String mechanism : new String[] {"scram-sha-256", "scram-sha-512"}) {
                properties.put(
                        prefix + mechanism + ".sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
            }
        }
        properties.put("ssl.keystore.location", certificates.serverKeyStore().toString());
        properties.put("ssl.keystore.password", certificates.password());
        properties.put("ssl.key.password", certificates.password());
        properties.put(
                "ssl.truststore.location", certificates.trustStorePkcs12().toString());
        properties.put("ssl.truststore.password", certificates.password());
        properties.put("listener.name.ssl.ssl.client.auth", "requested");
    }

    void putAll(Map<String, String> settings) {
        properties.putAll(settings);
    }

    private void addListener(String name, int port) {
        String listener = name + "://" + LOCALHOST + ":" + port;
        properties.merge("listeners", listener, (all, one) -> all + "," + one);
        properties.merge("advertised.listeners", listener, (all, one) -> all + "," + one);
    }

    /** As the text of a .properties file. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        properties.forEach((key, value) ->
                text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
        return text.toString();
    }
}
