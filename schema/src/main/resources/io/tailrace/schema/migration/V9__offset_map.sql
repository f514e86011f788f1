-- Where the records stand on the target. A row for every run of records whose offsets differ by the same number: from
-- source_offset on, up to the next row, the record at source offset s stands at target_offset + (s - source_offset).
-- A committed offset c is looked up in the row with the greatest source_offset <= c, but goes never beyond the next row's
-- target_offset (then c lies in a hole); behind the last row never beyond target_next_offset of kafka.forwarder_positions,
-- in whose transaction the rows are written. What is not acknowledged yet, and what lies below the first row, has no place.
-- slot is the "forwarder" of kafka.forwarder_positions.
CREATE TABLE kafka.forwarder_offset_map (
    slot          text NOT NULL,
    topic_id      integer NOT NULL,
    partition_id  integer NOT NULL,
    source_offset bigint NOT NULL,
    target_offset bigint NOT NULL,
    PRIMARY KEY (slot, topic_id, partition_id, source_offset)
) WITH (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000
);
