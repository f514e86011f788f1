-- While the cluster is moved, its forwarder brings back what is produced on the target: rows of kafka.messages, and in the
-- same transaction the position and the offset map behind them, so that they are never taken for something to forward.

-- What is at the target and does not come back, or did not whole, and why. Rows about topics and partitions that are not here
-- go when those are here; rows about records that were lost stay.
--   target_topic: its name at the target. partition_id: -1 stands for the whole topic.
--   start_offset, end_offset: the offsets there, from the first one to before the last one, where it is a range.
CREATE TABLE kafka.left_at_target (
    forwarder    text NOT NULL,
    target_topic text NOT NULL,
    partition_id integer NOT NULL CHECK (partition_id >= -1),
    reason       text NOT NULL,
    start_offset bigint,
    end_offset   bigint,
    noted_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (forwarder, target_topic, partition_id),
    CHECK (num_nulls(start_offset, end_offset) IN (0, 2))
);

-- What groups had committed at the target when the clients returned, translated to offsets of the log, until a broker has it.
-- topic: its name here.
CREATE TABLE kafka.returning_offsets (
    forwarder        text NOT NULL,
    group_id         text NOT NULL,
    topic            text NOT NULL,
    partition_id     integer NOT NULL,
    committed_offset bigint NOT NULL,
    metadata         text NOT NULL
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tailrace_read') THEN
        GRANT SELECT ON kafka.left_at_target TO tailrace_read;
    END IF;
END
$$;
