-- Who each forwarder is to the brokers of its target: a producer id that outlives the process, so that what a dead process
-- had on its way and what its successor sends again is taken once. cluster_id is the target's.
CREATE TABLE kafka.forwarder_identities (
    forwarder      text PRIMARY KEY,
    cluster_id     text NOT NULL,
    producer_id    bigint NOT NULL,
    producer_epoch smallint NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- Whether somebody else was found to write to the partition on the target. There the forwarder sends at least once.
ALTER TABLE kafka.forwarder_positions ADD COLUMN shared boolean NOT NULL DEFAULT false;
