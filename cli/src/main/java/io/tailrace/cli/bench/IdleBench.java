package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.ClientJvm;
import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Results;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.Contender;
import io.tailrace.cli.bench.servers.Costs;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;
import java.util.concurrent.TimeUnit;

/**
 * What consumers cost that wait for records, and what a server without any does of itself. Kafka's defaults: each consumer
 * fetches twice a second. Confined to one thread.
 */
final class IdleBench implements Measurement {

    private static final String TOPIC = "idle";
    private static final String CORE_UNIT = "% of a core";
    private static final String TRANSACTIONS_UNIT = "transactions/s";

    /** Until sessions of Postgres have reported what they did before. */
    private static final int SETTLING_SECONDS = 12;

    private final Rounds rounds;
    private final ServerSettings settings;
    private final int consumers;
    private final int seconds;
    private final Formats formats;
    private final Results results = new Results();

    IdleBench(Rounds rounds, ServerSettings settings, int consumers, int seconds, Formats formats) {
        this.rounds = rounds;
        this.settings = settings;
        this.consumers = consumers;
        this.seconds = seconds;
        this.formats = formats;
    }

    @Override
    public Report run() {
        try (BenchServers servers = BenchServers.both(settings)) {
            for (Subject subject : formats.withKafka()) {
                BenchTopics.create(servers, subject, topic(subject));
            }
            rounds.run(formats.withKafka(), (subject, round) -> {
                measure(servers, subject, round, "no consumers");
                ClientJvm waiting =
                        servers.load().idleConsumers(servers.bootstrapServers(subject), topic(subject), consumers);
                try {
                    measure(servers, subject, round, "%,d consumers".formatted(consumers));
                } finally {
                    waiting.close();
                }
            });
        }
        return results;
    }

    private static String topic(Subject subject) {
        return TOPIC + "-" + subject.format();
    }

    private void measure(BenchServers servers, Subject subject, int round, String what) {
        Costs costs = new Costs(servers);
        pause(SETTLING_SECONDS);
        Costs.Processor before = costs.processor(subject);
        long transactionsBefore = servers.logTable().transactions();
        long beginNs = System.nanoTime();
        pause(seconds);
        double passed = (System.nanoTime() - beginNs) / 1e9;
        Costs.Processor used = costs.processor(subject).since(before);
        double transactions = (servers.logTable().transactions() - transactionsBefore) / passed;
        add(new Figure(what + ": server", CORE_UNIT), subject, round, 100 * used.server() / passed);
        if (subject.contender() == Contender.TAILRACE) {
            add(new Figure(what + ": Postgres", CORE_UNIT), subject, round, 100 * used.postgres() / passed);
            add(new Figure(what + ": Postgres", TRANSACTIONS_UNIT), subject, round, transactions);
        }
    }

    private void add(Figure figure, Subject subject, int round, double value) {
        results.expect(figure);
        if (round > 0) {
            results.add(figure, subject, value);
        }
        rounds.say("%s, %s: %,.2f %s", subject.label(), figure.workload(), value, figure.unit());
    }

    private static void pause(int seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
