package io.tailrace.e2e.churn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The members of a group, each on a thread of its own. Confined to the test's thread. Owns: the members. */
public final class Group implements AutoCloseable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    private final Map<String, Object> properties;
    private final String topic;
    private final GroupHistory history;
    private final Map<Member, Thread> members = new LinkedHashMap<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private int started;

    public Group(Map<String, Object> properties, String topic, GroupHistory history) {
        this.properties = Map.copyOf(properties);
        this.topic = topic;
        this.history = history;
    }

    public void add() {
        String name = "member-" + started++;
        Member member = new Member(name, properties, topic, history, failures);
        Thread thread = new Thread(member, name);
        thread.setDaemon(true);
        members.put(member, thread);
        thread.start();
    }

    public int size() {
        return members.size();
    }

    /** Ends one of them without a word. */
    public void killOne(Random random) throws InterruptedException {
        Member member = any(random);
        member.kill();
        join(member);
    }

    /** One of them leaves. */
    public void removeOne(Random random) throws InterruptedException {
        Member member = any(random);
        member.leave();
        join(member);
    }

    /** The generation that all members have; -1 while they differ. */
    public int commonGeneration() {
        Set<Integer> generations = new HashSet<>();
        members.keySet().forEach(member -> generations.add(member.generation()));
        return generations.size() == 1 ? generations.iterator().next() : -1;
    }

    /** What ended members against their will. */
    public List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** All leave. */
    public void stop() throws InterruptedException {
        members.keySet().forEach(Member::leave);
        for (Member member : new ArrayList<>(members.keySet())) {
            join(member);
        }
    }

    @Override
    public void close() {
        members.keySet().forEach(Member::kill);
    }

    private Member any(Random random) {
        return new ArrayList<>(members.keySet()).get(random.nextInt(members.size()));
    }

    private void join(Member member) throws InterruptedException {
        Thread thread = members.remove(member);
        if (thread != null) {
            thread.join(STOP_LIMIT.toMillis());
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " still runs " + STOP_LIMIT + " after it was ended");
            }
        }
    }
}
