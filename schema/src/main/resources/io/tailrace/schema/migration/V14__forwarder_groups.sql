-- What forwarders carry on of consumer groups: their committed offsets, translated to those of the target.

-- moved: the group's consumers are at the target now, so nothing is written there any more. Set by whoever moves the group.
-- skipped: why nothing was written when it was last tried; null where all is well. slot is the forwarder's name.
CREATE TABLE kafka.forwarder_groups (
    slot       text NOT NULL,
    group_id   text NOT NULL,
    moved      boolean NOT NULL DEFAULT false,
    skipped    text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (slot, group_id)
);

-- What was last written to the target: a consumer that reads on there at target_offset misses nothing and repeats nothing of
-- what it would read here at source_offset.
CREATE TABLE kafka.forwarder_group_offsets (
    slot          text NOT NULL,
    group_id      text NOT NULL,
    topic_id      integer NOT NULL,
    partition_id  integer NOT NULL,
    source_offset bigint NOT NULL,
    target_offset bigint NOT NULL,
    written_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (slot, group_id, topic_id, partition_id)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tailrace_read') THEN
        GRANT SELECT ON kafka.forwarder_offset_map, kafka.forwarder_groups, kafka.forwarder_group_offsets TO tailrace_read;
    END IF;
END
$$;
