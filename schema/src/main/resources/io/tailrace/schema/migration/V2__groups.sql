-- Consumer groups: what the group coordinator keeps, and its committed offsets for SQL.

-- A group lives in the shard that its id hashes to, so the number of shards never changes. Each election of a coordinator
-- raises leader_epoch; each write names the epoch and the end of the shard's log as it knows them, and fails where
-- another one was there. lease_epoch is that of the broker, so that one that was replaced cannot come back.
CREATE TABLE kafka.group_shards (
    shard          integer PRIMARY KEY,
    lease_epoch    integer NOT NULL DEFAULT 0,
    leader_epoch   integer NOT NULL DEFAULT 0,
    log_end_offset bigint NOT NULL DEFAULT 0
) WITH (
    fillfactor = 20,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);

INSERT INTO kafka.group_shards (shard)
SELECT shard FROM generate_series(0, 15) AS shard;

-- The last record of each key of the shard's log, in Kafka's __consumer_offsets format. Keys hold group ids and regular
-- expressions, which may be longer than an index entry: hence the digest.
CREATE TABLE kafka.group_records (
    shard         integer NOT NULL,
    key           bytea NOT NULL,
    value         bytea NOT NULL,
    record_offset bigint NOT NULL
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
);
CREATE UNIQUE INDEX group_records_key ON kafka.group_records (shard, sha256(key));

-- Offsets that were committed in transactions which are not finished, or whose outcome has not reached the shard yet.
CREATE TABLE kafka.group_pending_records (
    shard          integer NOT NULL,
    producer_id    bigint NOT NULL,
    producer_epoch smallint NOT NULL,
    key            bytea NOT NULL,
    value          bytea NOT NULL,
    record_offset  bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
);
CREATE UNIQUE INDEX group_pending_records_key ON kafka.group_pending_records (shard, producer_id, sha256(key));
CREATE INDEX group_pending_records_by_key ON kafka.group_pending_records (shard, sha256(key));

-- Every committed offset, written in the transaction that writes the coordinator's own record, which record_digest and
-- record_offset point to. Read it; write only through the broker.
CREATE TABLE kafka.consumer_offsets (
    record_digest    bytea PRIMARY KEY,
    record_offset    bigint NOT NULL,
    group_id         text NOT NULL,
    topic            text NOT NULL,
    topic_id         integer REFERENCES kafka.topics (id),
    partition_id     integer NOT NULL,
    committed_offset bigint NOT NULL,
    -- Null where the client named none.
    leader_epoch     integer,
    metadata         text NOT NULL,
    commit_timestamp timestamptz NOT NULL,
    -- Null unless the client asked for a time of its own: then the broker's retention counts.
    expire_timestamp timestamptz
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
);
CREATE INDEX consumer_offsets_group_id ON kafka.consumer_offsets USING hash (group_id);
