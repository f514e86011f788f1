package io.tailrace.broker.topic;

/** Told of topics that come and go, after the database has them, on the thread that changed them. */
public interface TopicListener {

    void onCreated(Topic topic);

    void onDeleted(Topic topic);
}
