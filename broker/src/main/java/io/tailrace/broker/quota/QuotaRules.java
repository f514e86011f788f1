package io.tailrace.broker.quota;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.server.config.QuotaConfig;

/**
 * Which quotas may be set, in Kafka's words. Quotas that this broker does not enforce (of new connections from an address,
 * and of changes of topics) are refused, so that nobody relies on them. Stateless.
 */
final class QuotaRules {

    private static final Set<String> ENTITY_TYPES =
            Set.of(ClientQuotaEntity.USER, ClientQuotaEntity.CLIENT_ID, ClientQuotaEntity.IP);
    private static final double WHOLE_NUMBER_TOLERANCE = 1e-6;

    private QuotaRules() {}

    /**
     * Applies the changes to what is set on an entity.
     *
     * @throws InvalidRequestException for what may not be set
     */
    static Map<String, Double> apply(
            ClientQuotaEntity entity, Collection<ClientQuotaAlteration.Op> changes, Map<String, Double> existing) {
        checkEntity(entity);
        Map<String, Double> quotas = new HashMap<>(existing);
        Set<String> named = new HashSet<>();
        for (ClientQuotaAlteration.Op change : changes) {
            if (!named.add(change.key())) {
                throw new InvalidRequestException(
                        "Duplicate quota key " + change.key() + " not updating quota for this entity " + entity);
            }
            if (change.value() == null) {
                quotas.remove(change.key());
            } else {
                checkValue(change.key(), change.value());
                quotas.put(change.key(), change.value());
            }
        }
        return quotas;
    }

    private static void checkEntity(ClientQuotaEntity entity) {
        if (entity.entries().isEmpty()) {
            throw new InvalidRequestException("Invalid empty client quota entity");
        }
        entity.entries().forEach((type, name) -> {
            if (!ENTITY_TYPES.contains(type)) {
                throw new InvalidRequestException("Unhandled client quota entity type: " + type);
            }
            if (name != null && name.isEmpty()) {
                throw new InvalidRequestException("Empty " + type + " not supported");
            }
        });
        if (entity.entries().containsKey(ClientQuotaEntity.IP)) {
            throw new InvalidRequestException(
                    "This broker does not limit the connections of an address; broker.max_connections limits all of them.");
        }
    }

    private static void checkValue(String key, double value) {
        ConfigKey known = QuotaConfig.userAndClientQuotaConfigs().configKeys().get(key);
        if (known == null) {
            throw new InvalidRequestException("Invalid configuration key " + key);
        }
        if (key.equals(QuotaConfig.CONTROLLER_MUTATION_RATE_OVERRIDE_CONFIG)) {
            throw new InvalidRequestException("This broker does not limit the rate of changes: " + key);
        }
        if (!(value > 0)) {
            throw new InvalidRequestException("Quota " + key + " must be greater than 0");
        }
        if (known.type != ConfigDef.Type.DOUBLE) {
            checkWhole(key, value);
        }
    }

    private static void checkWhole(String key, double value) {
        if (value > Long.MAX_VALUE) {
            throw new InvalidRequestException("Proposed value for " + key + " is too large for a LONG.");
        }
        if (Math.abs(value % 1.0) > WHOLE_NUMBER_TOLERANCE) {
            throw new InvalidRequestException(key + " cannot be a fractional value.");
        }
    }
}
