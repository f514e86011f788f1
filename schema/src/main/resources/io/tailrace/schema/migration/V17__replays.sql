-- What goes to the target once more, on request: refused records that were set aside, and ranges of the log.

-- Whoever wants a record to be sent again sets retry_requested_at (`tailrace shadow retry` does); the running forwarder sends it
-- and empties that. The record then stands behind later ones of its partition.
ALTER TABLE kafka.refused_records
    ADD COLUMN retry_requested_at timestamptz,
    -- When the target took it after all, and where it stands there.
    ADD COLUMN retried_at timestamptz,
    ADD COLUMN retried_offset bigint,
    -- Why the last retry failed.
    ADD COLUMN retry_failure text,
    ADD COLUMN state text GENERATED ALWAYS AS (
        CASE WHEN retried_at IS NOT NULL THEN 'sent again'
             WHEN retry_requested_at IS NOT NULL THEN 'to be sent'
             WHEN retry_failure IS NOT NULL THEN 'refused again'
             ELSE 'set aside' END) STORED;
CREATE INDEX refused_records_to_be_sent ON kafka.refused_records (forwarder) WHERE retry_requested_at IS NOT NULL;

-- Requests to send a range of the log again (`tailrace shadow replay` makes them). The forwarder of that slot does them in the
-- order of their numbers, the records in the order of the log. Of a requested or running one, cancelled ends it.
CREATE TABLE kafka.replays (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot         text NOT NULL,
    topic_id     integer NOT NULL,
    partition_id integer NOT NULL,
    from_offset  bigint NOT NULL CHECK (from_offset >= 0),
    -- The first offset that is not sent again.
    to_offset    bigint NOT NULL CHECK (to_offset > from_offset),
    -- Everything below is sent.
    next_offset  bigint,
    records      bigint NOT NULL DEFAULT 0,
    state        text NOT NULL DEFAULT 'requested'
        CHECK (state IN ('requested', 'running', 'done', 'failed', 'cancelled')),
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    failure      text
);
CREATE INDEX replays_open ON kafka.replays (slot) WHERE state IN ('requested', 'running');

-- Where on the target records stand that were sent again: nobody's places. The offset map leads past them, and the verifier
-- counts what is there and compares it with nothing. target_to is null while records are on their way, which are then those of
-- the log from source_from on, below source_to.
CREATE TABLE kafka.repeated_ranges (
    slot         text NOT NULL,
    topic_id     integer NOT NULL,
    partition_id integer NOT NULL,
    target_from  bigint NOT NULL,
    target_to    bigint,
    -- Null: a refused record that was sent again.
    replay_id    bigint,
    source_from  bigint NOT NULL,
    source_to    bigint NOT NULL,
    PRIMARY KEY (slot, topic_id, partition_id, target_from)
);

-- set_aside: records of the log that the target has refused. repeated: records of the target that were sent again.
ALTER TABLE kafka.verified_partitions
    ADD COLUMN set_aside bigint NOT NULL DEFAULT 0,
    ADD COLUMN repeated bigint NOT NULL DEFAULT 0;

CREATE OR REPLACE VIEW kafka.verification AS
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
       v.checked_at,
       v.set_aside,
       v.repeated
FROM kafka.forwarder_positions f
    JOIN kafka.topics t ON t.id = f.topic_id AND t.deleted_at IS NULL
    LEFT JOIN kafka.verified_partitions v
        ON v.slot = f.forwarder AND v.topic_id = f.topic_id AND v.partition_id = f.partition_id;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tailrace_read') THEN
        GRANT SELECT ON kafka.replays, kafka.repeated_ranges TO tailrace_read;
    END IF;
END
$$;
