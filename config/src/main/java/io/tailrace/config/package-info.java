/**
 * Configuration: records with one component per setting, and the loader that fills them.
 *
 * <p>What enters is a file (TOML or {@code .properties}) and the environment; what leaves is an immutable
 * {@link io.tailrace.config.BrokerConfig} or {@link io.tailrace.config.ForwarderConfig} in which every value has been
 * checked, or one {@link io.tailrace.config.ConfigException} that lists all that is wrong. In the order in which a value
 * meets them: {@code SettingCatalog} (which settings exist, read from the records and their
 * {@link io.tailrace.config.Setting} annotations), {@code FileSettings} and {@code EnvironmentSettings} (text and its
 * origin, by key), {@code ValueParser} (text to a typed value within its limits), {@code RecordBuilder} (values to
 * records). {@link io.tailrace.config.TablesConfig} has names and places of its own, which {@link
 * io.tailrace.config.TablesConfigLoader} knows. {@code docs/configuration.md} and the default files are written from the same catalog.
 */
@NullMarked
package io.tailrace.config;

import org.jspecify.annotations.NullMarked;
