-- The log: topics, partitions, messages, producer state, and the forwarder's positions.
-- Flyway creates the schema "kafka" and runs this file in one transaction.

-- One row: what belongs to this installation as a whole.
CREATE TABLE kafka.cluster (
    only_row         boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- Kafka's form of a cluster id: 16 random bytes as URL-safe base64 without padding, never with a leading dash.
    cluster_id       text NOT NULL,
    -- The broker that started last holds the highest epoch; older ones are refused at their next append.
    lease_epoch      integer NOT NULL DEFAULT 0,
    -- A random base of 2^40 or more: a producer that moves on to another cluster keeps its id, and must not meet
    -- one that the other cluster gave out, counting from 0.
    next_producer_id bigint NOT NULL
);

INSERT INTO kafka.cluster (cluster_id, next_producer_id)
VALUES (
    regexp_replace(translate(rtrim(encode(uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_'), '^-', 'A'),
    (1::bigint << 40) + floor(random() * (1::bigint << 32))::bigint * (1::bigint << 18)
);

CREATE TABLE kafka.topics (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic_uuid uuid NOT NULL UNIQUE,
    name       text NOT NULL,
    partitions integer NOT NULL CHECK (partitions > 0),
    config     jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    -- A deleted topic keeps its row: the forwarder may still meet its records in the write-ahead log.
    deleted_at timestamptz
);
CREATE UNIQUE INDEX topics_name_key ON kafka.topics (name) WHERE deleted_at IS NULL;

-- The row lock of a partition is the right to append to it. Updated at every append: room on the page keeps the
-- updates HOT, and vacuum goes by a number of dead rows, not by a share of this small table.
CREATE TABLE kafka.partitions (
    topic_id         integer NOT NULL REFERENCES kafka.topics (id),
    partition_id     integer NOT NULL CHECK (partition_id >= 0),
    next_offset      bigint NOT NULL DEFAULT 0 CHECK (next_offset >= 0),
    log_start_offset bigint NOT NULL DEFAULT 0 CHECK (log_start_offset >= 0),
    lease_epoch      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (topic_id, partition_id),
    CHECK (log_start_offset <= next_offset)
) WITH (
    fillfactor = 20,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);

-- The records. A leaf per topic (kafka.messages_<topic_id>), attached when the topic is created.
--   row shape "records": one row per record; batch is null, record_count is 1.
--   row shape "batches": one row per Kafka record batch; key, value and headers are null.
-- attributes holds the low bits of Kafka's batch attributes (bit 3: log append time).
CREATE TABLE kafka.messages (
    topic_id         integer NOT NULL,
    partition_id     integer NOT NULL,
    partition_offset bigint NOT NULL,
    record_count     integer NOT NULL DEFAULT 1,
    key              bytea,
    value            bytea,
    -- [{"key": "trace", "value": "text"}, …] in the order of the record, duplicates kept; a value (or a key) that is
    -- not text that jsonb can hold stands as "base64" (or "key_base64") instead.
    headers          jsonb,
    timestamp_ms     bigint NOT NULL,
    batch            bytea,
    attributes       smallint NOT NULL DEFAULT 0,
    producer_id      bigint,
    producer_epoch   smallint,
    base_sequence    integer,
    -- A rough order in time over all partitions: the order of assignment. Never a cursor to poll by.
    global_offset    bigint NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic_id, partition_id, partition_offset)
) PARTITION BY LIST (topic_id);
ALTER TABLE kafka.messages ALTER COLUMN batch SET STORAGE EXTERNAL;
CREATE INDEX messages_global_offset_idx ON kafka.messages USING brin (global_offset);
CREATE INDEX messages_created_at_idx ON kafka.messages USING brin (created_at);
CREATE INDEX messages_timestamp_ms_idx ON kafka.messages USING brin (timestamp_ms);

-- Brokers take global offsets in blocks: nextval is the first of 100,000.
CREATE SEQUENCE kafka.global_offset_blocks AS bigint MINVALUE 0 START 0 INCREMENT 100000;

-- What Kafka keeps per idempotent producer and partition: the last five batches, one row each
-- (slot = number of the batch modulo 5). The greatest last_offset is the newest.
CREATE TABLE kafka.producer_sequences (
    topic_id       integer NOT NULL,
    partition_id   integer NOT NULL,
    producer_id    bigint NOT NULL,
    slot           smallint NOT NULL CHECK (slot BETWEEN 0 AND 4),
    producer_epoch smallint NOT NULL,
    last_sequence  integer NOT NULL,
    last_offset    bigint NOT NULL,
    record_count   integer NOT NULL,
    timestamp_ms   bigint NOT NULL,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic_id, partition_id, producer_id, slot)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
);

-- How far each forwarder has come: every record below next_offset is acknowledged by the target.
-- target_next_offset is the offset after the last acknowledged record there.
CREATE TABLE kafka.forwarder_positions (
    forwarder          text NOT NULL,
    topic_id           integer NOT NULL,
    partition_id       integer NOT NULL,
    next_offset        bigint NOT NULL,
    target_next_offset bigint,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (forwarder, topic_id, partition_id)
) WITH (
    fillfactor = 20,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000
);

-- Text of a key or value where it is valid UTF-8, else null.
CREATE FUNCTION kafka.utf8(bytes bytea) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    RETURN convert_from(bytes, 'UTF8');
EXCEPTION
    WHEN character_not_in_repertoire OR untranslatable_character THEN
        RETURN NULL;
END
$$;

-- One row per record, by topic name.
CREATE VIEW kafka.records AS
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
WHERE m.partition_offset >= p.log_start_offset;

-- What the forwarder reads: inserts only, every leaf as kafka.messages, without the columns that it does not need.
CREATE PUBLICATION tailrace FOR TABLE kafka.messages (
    topic_id, partition_id, partition_offset, record_count, key, value, headers, timestamp_ms, batch, attributes,
    producer_id, producer_epoch
) WITH (publish = 'insert', publish_via_partition_root = true);
