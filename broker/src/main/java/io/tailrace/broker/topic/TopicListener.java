package io.tailrace.broker.topic;

/** Told of topics that come and go, after the database has them, on the thread that changed them. */
public interface TopicListener {

    void onCreated(Topic topic);

    /** The topic has more partitions or other settings than before; its id is the same. */
    void onChanged(Topic topic);

    void onDeleted(Topic topic);
}
