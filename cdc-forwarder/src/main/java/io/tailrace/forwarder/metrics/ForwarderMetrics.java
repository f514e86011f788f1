package io.tailrace.forwarder.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.ForwarderStatus;
import io.tailrace.forwarder.source.ReplicationSlot;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The forwarder's metrics. Thread-safe.
 *
 * <p>Owns: the registry, and the listener for garbage collections.
 */
public final class ForwarderMetrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final PartitionLags lags;
    private final MultiGauge lag;

    /** Begins to measure. */
    public ForwarderMetrics(ForwarderStats stats, ForwarderStatus status, PartitionLags lags) {
        this.lags = lags;
        this.lag = MultiGauge.builder("tailrace.forwarder.lag.records")
                .description("From the saved position of a partition to the end of its log, in offsets")
                .register(registry);
        bindCounters(stats);
        bindState(stats, status);
        bindSlots(status);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private void bindCounters(ForwarderStats stats) {
        count("records.forwarded", "Records that the target acknowledged", stats, ForwarderStats::forwarded);
        count("records.arrived", "Records found on the target after a crash", stats, ForwarderStats::arrived);
        count("records.skipped", "Records that came again and were not sent again", stats, ForwarderStats::skipped);
        count("records.repeated", "Records that may be on the target twice", stats, ForwarderStats::repeated);
        count("records.lost", "Records that the target had acknowledged and lost", stats, ForwarderStats::lost);
        count("records.refused", "Refusals of a record by the target", stats, ForwarderStats::refused);
        count(
                "records.brought.back",
                "Records of the target that came back into the log",
                stats,
                ForwarderStats::broughtBack);
        count(
                "records.sent.again",
                "Records that were sent again because somebody asked for it",
                stats,
                ForwarderStats::sentAgain);
        count("gaps.filled", "Jumps of the stream, filled from the table", stats, ForwarderStats::gapsFilled);
        count("restarts", "New starts after a failure", stats, ForwarderStats::restarts);
        count(
                "streams.silent",
                "Streams that were replaced because they were silent",
                stats,
                ForwarderStats::silentStreams);
        count("slots.dropped", "Slots dropped because they kept too much", stats, ForwarderStats::droppedSlots);
    }

    private void count(
            String name, String description, ForwarderStats stats, ToDoubleFunction<ForwarderStats> counter) {
        FunctionCounter.builder("tailrace.forwarder." + name, stats, counter)
                .description(description)
                .register(registry);
    }

    private void bindState(ForwarderStats stats, ForwarderStatus status) {
        gauge("records.in.flight", "Records sent and not acknowledged", stats, ForwarderStats::inFlight);
        gauge("partitions.held", "Partitions of which nothing is sent for now", stats, ForwarderStats::held);
        gauge(
                "replays.open",
                "Requests to send a range of the log again that are not through (tailrace shadow replays)",
                stats,
                ForwarderStats::openReplays);
        gauge(
                "left.at.target",
                "Topics and partitions of the target that do not come back, as there are none here",
                stats,
                ForwarderStats::leftAtTarget);
        gauge(
                "target.silent.seconds",
                "For how long the target has acknowledged nothing of what is on its way",
                stats,
                all -> all.targetSilence().toMillis() / 1e3);
        gauge(
                "streaming",
                "1 while the replication stream is followed",
                status,
                now -> now.phase() == ForwarderStatus.Phase.STREAMING ? 1 : 0);
        gauge(
                "bringing.back",
                "1 while clients are at the target, and what is produced there comes back",
                status,
                now -> now.phase() == ForwarderStatus.Phase.BRINGING_BACK ? 1 : 0);
    }

    /** Of several slots the one that is worst off counts. */
    private void bindSlots(ForwarderStatus status) {
        gauge(
                "slot.active",
                "1 while somebody is connected to the slot, or to each of them",
                status,
                now -> !now.slots().isEmpty() && now.slots().stream().allMatch(ReplicationSlot.State::active) ? 1 : 0);
        gauge(
                "slot.retained.bytes",
                "Write-ahead log that Postgres keeps because of the slot",
                status,
                now -> most(now, ReplicationSlot.State::retainedBytes));
        gauge(
                "slot.unconfirmed.bytes",
                "Write-ahead log since the confirmed position",
                status,
                now -> most(now, slot -> slot.current() - slot.confirmed()));
    }

    private static long most(ForwarderStatus status, ToLongFunction<ReplicationSlot.State> value) {
        return status.slots().stream().mapToLong(value).max().orElse(0);
    }

    private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
        Gauge.builder("tailrace.forwarder." + name, source, value)
                .description(description)
                .register(registry);
    }

    /** Everything, in Prometheus's text format. */
    public synchronized String text() {
        lag.register(
                lags.last().stream()
                        .map(one -> MultiGauge.Row.of(
                                Tags.of("topic", one.topic(), "partition", Integer.toString(one.partition())),
                                one.offsets()))
                        .collect(Collectors.toList()),
                true);
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
