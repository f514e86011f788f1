package io.tailrace.forwarder.redirect;

import io.tailrace.config.ConfigException;
import io.tailrace.config.MigrationConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * How to reach the target the way clients will: a Kafka broker advertises other addresses at each of its listeners.
 * Immutable; holds passwords, so the settings are not for printing.
 *
 * @param settings of Kafka's admin client
 * @param bootstrapServers where clients begin
 */
public record ClientView(Map<String, Object> settings, String bootstrapServers) {

    public ClientView {
        settings = Map.copyOf(settings);
    }

    /**
     * The view by the listener of the migration's settings.
     *
     * @param own the settings of the forwarder's own admin client, which hold wherever the migration's say nothing
     * @throws ConfigException where clients log in and the forwarder does not
     */
    public static ClientView of(Map<String, Object> own, MigrationConfig migration) {
        Map<String, Object> settings = new HashMap<>(own);
        if (!migration.clientBootstrapServers().isEmpty()) {
            settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, migration.clientBootstrapServers());
        }
        String protocol = migration.clientSecurityProtocol();
        if (!protocol.isEmpty()) {
            settings.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol);
            if (protocol.startsWith("SASL_") && !own.containsKey(SaslConfigs.SASL_JAAS_CONFIG)) {
                throw new ConfigException(
                        "migration.client_security_protocol = \"%s\" logs in, but the forwarder has no user there: set kafka.sasl_mechanism, kafka.username and kafka.password, with kafka.security_protocol = \"SASL_SSL\" or \"SASL_PLAINTEXT\""
                                .formatted(protocol));
            }
        }
        return new ClientView(settings, String.valueOf(settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)));
    }

    /** How clients talk to that listener. */
    public String securityProtocol() {
        return String.valueOf(settings.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG));
    }

    /** Without the settings. */
    @Override
    public String toString() {
        return "ClientView[bootstrapServers=" + bootstrapServers + "]";
    }
}
