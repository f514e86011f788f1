-- Transactions. The log holds only data: a commit writes nothing into kafka.messages, an abort deletes the aborted rows,
-- and each outcome is one row of kafka.transaction_markers. State, marker and deletion are one Postgres transaction.

-- One row per transactional id, as Kafka's coordinator keeps it.
CREATE TABLE kafka.transactions (
    transactional_id     text PRIMARY KEY,
    producer_id          bigint NOT NULL UNIQUE,
    -- The id before the last change of ids; -1 for none.
    previous_producer_id bigint NOT NULL DEFAULT -1,
    -- While an outcome is being completed whose epoch was the last one: the id that comes then; else -1.
    next_producer_id     bigint NOT NULL DEFAULT -1,
    producer_epoch       smallint NOT NULL,
    -- The epoch before the last change of epochs, where its producer may repeat a request; else -1.
    last_producer_epoch  smallint NOT NULL DEFAULT -1,
    timeout_ms           integer NOT NULL,
    state                text NOT NULL CHECK (state IN ('Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort',
                                                        'CompleteCommit', 'CompleteAbort')),
    -- When the transaction began; -1 before the first.
    started_ms           bigint NOT NULL DEFAULT -1,
    updated_ms           bigint NOT NULL,
    -- The broker that writes this row; a later one takes all rows over.
    lease_epoch          integer NOT NULL
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
);

-- The partitions of each open transaction. An append updates its row, and the end of the transaction deletes it: the row's
-- lock puts the two in order, so nothing is appended to a transaction that has ended.
CREATE TABLE kafka.transaction_partitions (
    producer_id    bigint NOT NULL,
    topic_id       integer NOT NULL,
    partition_id   integer NOT NULL,
    -- The epoch of the transaction's records.
    producer_epoch smallint NOT NULL,
    -- Tells the row from that of an earlier transaction of the same producer.
    registration   bigint GENERATED ALWAYS AS IDENTITY,
    -- Null until the first append.
    first_offset   bigint,
    last_offset    bigint,
    PRIMARY KEY (producer_id, topic_id, partition_id)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000
);
CREATE INDEX transaction_partitions_partition_idx ON kafka.transaction_partitions (topic_id, partition_id);

-- The consumer groups of each transaction that is open, or decided and not completed yet.
CREATE TABLE kafka.transaction_groups (
    producer_id    bigint NOT NULL,
    group_id       text NOT NULL,
    producer_epoch smallint NOT NULL,
    -- True from the decision on: no more offsets are taken.
    ending         boolean NOT NULL DEFAULT false
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000
);
-- Group ids may be longer than an entry of an index.
CREATE INDEX transaction_groups_producer_id_idx ON kafka.transaction_groups (producer_id);

-- The outcome of each transaction that wrote records.
CREATE TABLE kafka.transaction_markers (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transactional_id text NOT NULL,
    -- As in the transaction's rows of kafka.messages.
    producer_id      bigint NOT NULL,
    producer_epoch   smallint NOT NULL,
    committed        boolean NOT NULL,
    -- [{"topic": 5, "partition": 0, "first": 100, "last": 120}, …]: the topic's id, and the offsets of the transaction's
    -- first and last record there. Records of others may lie in between.
    partitions       jsonb NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX transaction_markers_created_at_idx ON kafka.transaction_markers USING brin (created_at);

-- Of the last outcome that an administrator wrote for the producer in the partition (WriteTxnMarkers): an older one is refused.
ALTER TABLE kafka.producer_sequences ADD COLUMN coordinator_epoch integer NOT NULL DEFAULT -1;

-- The records, without those of open transactions. Records that were written in a transaction have bit 4 (0x10) of
-- attributes set, and their producer's id and epoch; all other records have neither.
CREATE OR REPLACE VIEW kafka.records AS
SELECT t.name                                    AS topic,
       m.partition_id                            AS partition,
       m.partition_offset                        AS "offset",
       -- A producer may write any number; what Postgres has no time for is null.
       CASE
           WHEN m.timestamp_ms >= -210866803200000 AND m.timestamp_ms < 9224318016000000
               THEN to_timestamp(m.timestamp_ms / 1000.0)
       END                                       AS "timestamp",
       m.key,
       m.value,
       m.headers,
       m.timestamp_ms,
       m.global_offset,
       m.created_at
FROM kafka.messages m
    JOIN kafka.topics t ON t.id = m.topic_id AND t.deleted_at IS NULL
    JOIN kafka.partitions p ON p.topic_id = m.topic_id AND p.partition_id = m.partition_id
WHERE m.partition_offset >= p.log_start_offset
  AND NOT EXISTS (SELECT FROM kafka.transaction_partitions o
                  WHERE o.producer_id = m.producer_id
                    AND o.topic_id = m.topic_id
                    AND o.partition_id = m.partition_id
                    AND m.partition_offset >= o.first_offset);

-- The outcomes go the way of the records.
ALTER PUBLICATION tailrace ADD TABLE kafka.transaction_markers (
    id, producer_id, producer_epoch, committed, partitions
);
