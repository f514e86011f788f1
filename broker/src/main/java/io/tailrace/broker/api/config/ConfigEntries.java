package io.tailrace.broker.api.config;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

/** Makes the entries of a DescribeConfigs response, in Kafka's form. Stateless. */
final class ConfigEntries {

    /**
     * What a request wants of each entry.
     *
     * @param synonyms where else the value could come from (KIP-226)
     * @param documentation a sentence or two (KIP-569)
     */
    record Detail(boolean synonyms, boolean documentation) {}

    private ConfigEntries() {}

    /**
     * An entry.
     *
     * @param type null where nobody knows the name: its value may be a secret, so it is left out
     * @param synonyms what gives the setting its value, then what would if that were not there; where there is none, the
     *     value is Kafka's default
     */
    static DescribeConfigsResourceResult entry(
            String name,
            @Nullable Object value,
            ConfigDef.@Nullable Type type,
            List<DescribeConfigsSynonym> synonyms,
            @Nullable String documentation,
            boolean readOnly,
            Detail detail) {
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(text(value, type))
                .setConfigSource(
                        synonyms.isEmpty()
                                ? ConfigSource.DEFAULT_CONFIG.id()
                                : synonyms.get(0).source())
                .setIsSensitive(isSensitive(type))
                .setReadOnly(readOnly)
                .setSynonyms(detail.synonyms() ? synonyms : List.of())
                .setConfigType(type(type).id())
                .setDocumentation(detail.documentation() ? documentation : null);
    }

    /** A place that a value may come from. */
    static DescribeConfigsSynonym synonym(
            String name, @Nullable Object value, ConfigDef.@Nullable Type type, ConfigSource source) {
        return new DescribeConfigsSynonym()
                .setName(name)
                .setValue(text(value, type))
                .setSource(source.id());
    }

    private static boolean isSensitive(ConfigDef.@Nullable Type type) {
        return type == null || type == ConfigDef.Type.PASSWORD;
    }

    private static @Nullable String text(@Nullable Object value, ConfigDef.@Nullable Type type) {
        if (value == null || isSensitive(type)) {
            return null;
        }
        return value instanceof String text ? text : ConfigDef.convertToString(value, type);
    }

    private static ConfigType type(ConfigDef.@Nullable Type type) {
        if (type == null) {
            return ConfigType.UNKNOWN;
        }
        return switch (type) {
            case BOOLEAN -> ConfigType.BOOLEAN;
            case STRING -> ConfigType.STRING;
            case INT -> ConfigType.INT;
            case SHORT -> ConfigType.SHORT;
            case LONG -> ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case LIST -> ConfigType.LIST;
            case CLASS -> ConfigType.CLASS;
            case PASSWORD -> ConfigType.PASSWORD;
        };
    }
}
