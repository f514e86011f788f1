-- Which topics forwarders carry on to their target, and how.

-- What people want of a topic: set by `tailrace shadow set` or in SQL, obeyed by every forwarder within its
-- replication.topic_refresh_interval. Without a row the forwarder's patterns (shadow.include, shadow.exclude) decide, and a
-- topic is forwarded whole and under its own name. A row may be there before its topic.
--   enabled: null leaves it to the patterns.
--   target_name: the topic of the target; null is the same name. With another one forwarding starts anew, from the log's start.
--   percentage: of the partitions. Raising it only adds partitions, and what is added is caught up from the log's start.
--   sample_percentage: of the records, chosen by a hash of their place: for load tests. Below 100 what is forwarded has gaps,
--     so there is no cutover for such a topic.
CREATE TABLE kafka.topic_shadow_config (
    topic             text PRIMARY KEY,
    enabled           boolean,
    target_name       text UNIQUE
        CHECK (target_name ~ '^[a-zA-Z0-9._-]{1,249}$' AND target_name NOT IN ('.', '..')),
    percentage        smallint NOT NULL DEFAULT 100 CHECK (percentage BETWEEN 0 AND 100),
    sample_percentage smallint NOT NULL DEFAULT 100 CHECK (sample_percentage BETWEEN 1 AND 100),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

-- What each forwarder makes of each topic it has met, written by the forwarder.
--   target_name: the topic of the target that its positions (kafka.forwarder_positions) are about.
--   partitions: those that are forwarded now. Retention and compaction wait for no others.
--   sample_percentage: 100 unless only a sample of the records is forwarded.
--   settings: the topic's own settings, as they were last passed on to the target.
--   reason: why nothing, or not everything that should be, is forwarded; null where all is well.
CREATE TABLE kafka.forwarder_topics (
    forwarder         text NOT NULL,
    topic_id          integer NOT NULL,
    target_name       text NOT NULL,
    partitions        integer[] NOT NULL,
    sample_percentage smallint NOT NULL DEFAULT 100,
    settings          jsonb NOT NULL DEFAULT '{}',
    reason            text,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (forwarder, topic_id)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tailrace_read') THEN
        GRANT SELECT ON kafka.topic_shadow_config, kafka.forwarder_topics TO tailrace_read;
    END IF;
END
$$;
