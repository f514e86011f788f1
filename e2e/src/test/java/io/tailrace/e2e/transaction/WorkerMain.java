package io.tailrace.e2e.transaction;

/** A worker in a JVM of its own, which ends in order when its parent lets it. */
public final class WorkerMain {

    private WorkerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        Worker worker = new Worker(WorkerSettings.parse(arguments));
        Thread thread = new Thread(worker, "worker");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(worker, thread)));
        thread.start();
        thread.join();
    }

    private static void stop(Worker worker, Thread thread) {
        worker.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
