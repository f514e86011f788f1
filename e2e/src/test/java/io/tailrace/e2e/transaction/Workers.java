package io.tailrace.e2e.transaction;

import io.tailrace.e2e.program.AppProgram;
import io.tailrace.e2e.program.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Eight transactional ids, each with a worker that is killed and replaced: two of them in JVMs of their own, which end by
 * {@code kill -9}; of the others some stop in the middle of a transaction, and some go on beside their successor until they
 * are fenced off. Two consume.
 *
 * <p>Confined to the test's thread. Owns: the workers.
 */
public final class Workers implements AutoCloseable {

    private static final int IDS = 8;
    private static final int PROCESSES = 2;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final TestCluster cluster;
    private final List<WorkerSettings> settings = new ArrayList<>();
    private final List<@Nullable AppProgram> programs = new ArrayList<>();
    private final List<@Nullable Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    public Workers(TestCluster cluster, long seed) {
        this.cluster = cluster;
        for (int id = 0; id < IDS; id++) {
            String name = "worker-" + id;
            boolean consumes = id == PROCESSES - 1 || id == IDS - 1;
            settings.add(new WorkerSettings(
                    cluster.bootstrapServers(),
                    name,
                    0,
                    seed + id,
                    consumes,
                    cluster.directory().resolve(name + ".0.journal")));
            programs.add(null);
            workers.add(null);
            start(id);
        }
    }

    /** Kills one of them and starts its successor. */
    public void strike(Random random) {
        int id = random.nextInt(IDS);
        AppProgram program = programs.get(id);
        Worker worker = workers.get(id);
        if (program != null) {
            program.kill();
        }
        if (worker != null) {
            worker.replaced();
            if (random.nextBoolean()) {
                worker.abandon();
            }
        }
        settings.set(id, settings.get(id).next());
        start(id);
    }

    private void start(int id) {
        WorkerSettings life = settings.get(id);
        if (id < PROCESSES) {
            AppProgram program =
                    cluster.app(life.transactionalId() + "." + life.life(), WorkerMain.class, life.arguments());
            programs.set(id, program);
            program.start();
        } else {
            Worker worker = new Worker(life);
            Thread thread = new Thread(worker, life.transactionalId() + "." + life.life());
            thread.setDaemon(true);
            workers.set(id, worker);
            threads.add(thread);
            thread.start();
        }
    }

    /** Lets all end in order, and waits for those that are to be fenced off. */
    public void stop() throws InterruptedException {
        workers.stream().filter(worker -> worker != null).forEach(Worker::stop);
        programs.stream().filter(program -> program != null).forEach(AppProgram::stop);
        for (Thread thread : threads) {
            thread.join(STOP_LIMIT.toMillis());
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " still runs " + STOP_LIMIT + " after the end");
            }
        }
    }

    /** What their journals say; after {@link #stop}. */
    public List<Attempt> attempts() {
        List<Attempt> attempts = new ArrayList<>();
        for (WorkerSettings last : settings) {
            for (int life = 0; life <= last.life(); life++) {
                attempts.addAll(Journal.read(
                        last.journalFile().resolveSibling(last.transactionalId() + "." + life + ".journal")));
            }
        }
        return attempts;
    }

    @Override
    public void close() {
        workers.stream().filter(worker -> worker != null).forEach(Worker::stop);
        threads.forEach(Thread::interrupt);
    }
}
