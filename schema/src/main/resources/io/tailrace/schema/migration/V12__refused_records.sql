-- Records that the target refused and that were set aside (replication.on_error = "dead-letter"), so that their partition could
-- go on. They are copies: the log may forget the records themselves.
CREATE TABLE kafka.refused_records (
    forwarder          text NOT NULL,
    topic_id           integer NOT NULL,
    partition_id       integer NOT NULL,
    partition_offset   bigint NOT NULL,
    topic              text NOT NULL,
    key                bytea,
    value              bytea,
    -- As in kafka.messages.
    headers            jsonb,
    timestamp_ms       bigint NOT NULL,
    -- What the target said.
    reason             text NOT NULL,
    refused_at         timestamptz NOT NULL DEFAULT now(),
    -- Where the record is in the dead-letter topic; null if that took it neither, or there is none.
    dead_letter_topic  text,
    dead_letter_offset bigint,
    PRIMARY KEY (forwarder, topic_id, partition_id, partition_offset)
);
