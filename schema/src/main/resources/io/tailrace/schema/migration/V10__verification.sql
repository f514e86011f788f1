-- Up to where the target is known to hold the same as the log: a row for each partition that was read back and compared.
--   Offsets are the log's, but for those named target_….
--   target_name: the topic of the target that was read.
--   start_offset: where the comparison began. Between it and verified_to "records" records were the same on both sides.
--   hash: a chain over these records' contents, so that two verifications of a range can be compared (docs/operations.md).
--   only_on_target: records that the log does not have any more (compacted, expired) and the target does.
--   gone_from_target: records that the target does not have any more (its own retention or compaction): they cannot be verified.
--   foreign_records: what others have written in between, on a partition that the forwarder shares with them.
-- A red row names the first difference. It stays red until the range up to there has been compared again and is the same.
CREATE TABLE kafka.verified_partitions (
    slot               text NOT NULL,
    topic_id           integer NOT NULL,
    partition_id       integer NOT NULL,
    target_name        text NOT NULL,
    start_offset       bigint NOT NULL,
    verified_to        bigint NOT NULL,
    target_verified_to bigint NOT NULL,
    records            bigint NOT NULL,
    hash               text NOT NULL,
    only_on_target     bigint NOT NULL,
    gone_from_target   bigint NOT NULL,
    foreign_records    bigint NOT NULL,
    first_difference   bigint,
    target_difference  bigint,
    -- One or several of: missing, extra, order, key, value, headers, timestamp.
    what               text,
    state              text GENERATED ALWAYS AS (CASE WHEN first_difference IS NULL THEN 'green' ELSE 'red' END) STORED,
    checked_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (slot, topic_id, partition_id),
    CHECK (num_nulls(first_difference, target_difference, what) IN (0, 3))
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000
);

-- The same by topic name, with how far the forwarder has come: what lies between verified_to and forwarded_to is not
-- compared yet.
CREATE VIEW kafka.verification AS
SELECT f.forwarder                   AS slot,
       t.name                        AS topic,
       f.partition_id                AS "partition",
       coalesce(v.state, 'not verified') AS state,
       v.start_offset,
       v.verified_to,
       f.next_offset                 AS forwarded_to,
       v.records,
       v.first_difference,
       v.target_difference,
       v.what,
       v.only_on_target,
       v.gone_from_target,
       v.foreign_records,
       v.hash,
       v.checked_at
FROM kafka.forwarder_positions f
    JOIN kafka.topics t ON t.id = f.topic_id AND t.deleted_at IS NULL
    LEFT JOIN kafka.verified_partitions v
        ON v.slot = f.forwarder AND v.topic_id = f.topic_id AND v.partition_id = f.partition_id;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tailrace_read') THEN
        GRANT SELECT ON kafka.verification TO tailrace_read;
    END IF;
END
$$;
