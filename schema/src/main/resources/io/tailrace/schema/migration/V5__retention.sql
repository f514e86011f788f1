-- What retention, compaction and searches by time keep beside the log.

-- What a run of the log holds: a row for every so many offsets of a partition, without a gap from its first kept record
-- on, written in the background once the run is complete and decided. Searches by time and sums of bytes read these rows
-- and then one run instead of the whole log.
--   max_timestamp_ms, newest_ms: bounds from above, exact unless records of the run were deleted since. newest_ms is what
--     retention goes by: for a record without a timestamp the time at which it was written. Null: the run is empty.
--   bytes: of keys, values and headers.
CREATE TABLE kafka.log_runs (
    topic_id         integer NOT NULL,
    partition_id     integer NOT NULL,
    start_offset     bigint NOT NULL,
    end_offset       bigint NOT NULL CHECK (end_offset > start_offset),
    max_timestamp_ms bigint,
    newest_ms        bigint,
    bytes            bigint NOT NULL,
    PRIMARY KEY (topic_id, partition_id, start_offset)
);

-- Finished rounds of compaction: below clean_offset no key had an older record left at that time. The greatest
-- clean_offset is where the dirty part begins; the older rows tell since when tombstones could be seen, and how many the
-- round has left in what it was the first to clean.
CREATE TABLE kafka.compactions (
    topic_id     integer NOT NULL,
    partition_id integer NOT NULL,
    clean_offset bigint NOT NULL,
    finished_at  timestamptz NOT NULL DEFAULT now(),
    tombstones   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic_id, partition_id, clean_offset)
);

-- The forwarders that have ever started and were not retired since: retention and compaction wait for their positions.
-- To retire one, delete its row here and its rows in kafka.forwarder_positions.
CREATE TABLE kafka.forwarders (
    name          text PRIMARY KEY,
    registered_at timestamptz NOT NULL DEFAULT now()
);
