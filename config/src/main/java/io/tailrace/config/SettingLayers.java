package io.tailrace.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What was found, place by place; a value of an earlier layer wins over those of later ones. Immutable.
 *
 * @param layers values by key, the strongest first
 */
record SettingLayers(List<Map<String, SettingValue>> layers) {
    SettingLayers {
        layers = List.copyOf(layers);
    }

    Optional<SettingValue> find(String key) {
        return layers.stream()
                .flatMap(layer -> Stream.ofNullable(layer.get(key)))
                .findFirst();
    }

    /** The strongest layer that sets any of the keys to something. */
    Map<String, SettingValue> layerWithAny(String... keys) {
        return layers.stream()
                .filter(layer -> Stream.of(keys)
                        .flatMap(key -> Stream.ofNullable(layer.get(key)))
                        .anyMatch(value -> !value.text().isEmpty()))
                .findFirst()
                .orElse(Map.of());
    }

    /** Everything below a prefix, by the rest of the key. */
    Map<String, String> below(String prefix) {
        Map<String, String> values = new TreeMap<>();
        for (int i = layers.size() - 1; i >= 0; i--) {
            layers.get(i).forEach((key, value) -> {
                if (key.startsWith(prefix)) {
                    values.put(key.substring(prefix.length()), value.text());
                }
            });
        }
        return values;
    }
}
