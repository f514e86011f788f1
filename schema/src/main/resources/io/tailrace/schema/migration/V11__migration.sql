-- The move to the target: a fence that holds producers back, and the word that clients have moved.
-- Brokers listen for tailrace_migration, and look by themselves now and then.

CREATE TABLE kafka.migration (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- none: the broker serves. fenced: nothing is appended before fenced_until. moved: clients go on at the target.
    state        text NOT NULL DEFAULT 'none' CHECK (state IN ('none', 'fenced', 'moved')),
    -- Each fence has a number, so that what was drained behind one is not taken for drained behind the next.
    fence_number bigint NOT NULL DEFAULT 0,
    fenced_until timestamptz CHECK ((fenced_until IS NOT NULL) = (state = 'fenced')),
    -- Of a moved cluster: whether clients are passed on to the target, or told that they are wrong here.
    redirect     boolean NOT NULL DEFAULT true,
    -- Of a moved cluster: the forwarder (its slot) whose target the clients have moved to.
    forwarder    text CHECK ((forwarder IS NOT NULL) = (state = 'moved')),
    -- The lease epoch of the last broker that has started and heeds the fence. One of an older version writes nothing here.
    heeded_by    integer NOT NULL DEFAULT 0,
    updated_at   timestamptz NOT NULL DEFAULT now()
);
INSERT INTO kafka.migration DEFAULT VALUES;

-- What the target says of itself to clients; each forwarder keeps its own current.
CREATE TABLE kafka.target_metadata (
    forwarder         text PRIMARY KEY,
    cluster_id        text NOT NULL,
    bootstrap_servers text NOT NULL,
    -- The answer to Kafka's Metadata request of version 13 for the topics of this installation and the internal topics
    -- __consumer_offsets and __transaction_state, in the JSON of Kafka's own converter.
    metadata          jsonb NOT NULL,
    updated_at        timestamptz NOT NULL DEFAULT now()
);

-- Whether the transaction that asks may append to the log. True holds to its end: a fence waits for such transactions, and
-- whoever asks while a fence waits, or after it, is told no. It never blocks. The number is "trfence" in ASCII.
CREATE FUNCTION kafka.may_append() RETURNS boolean
    LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    -- First the lock, then a look of its own: in READ COMMITTED each statement here sees what is committed by then.
    IF NOT pg_catalog.pg_try_advisory_xact_lock_shared(32776881412399973) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM kafka.migration
        WHERE state = 'moved' OR (state = 'fenced' AND fenced_until > pg_catalog.clock_timestamp())
    );
END
$$;

-- Holds all producers back for so many seconds, and returns the number of the fence. When it is committed, no append is under
-- way and none begins, whatever the broker knows. A fence that still holds is made to last longer and keeps its number.
CREATE FUNCTION kafka.fence(seconds integer DEFAULT 30) RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '10s'
AS $$
DECLARE
    present kafka.migration;
    number  bigint;
BEGIN
    IF seconds IS NULL OR seconds NOT BETWEEN 1 AND 3600 THEN
        RAISE EXCEPTION 'a fence of % seconds is not possible: 1 to 3600 are', seconds USING ERRCODE = '22023';
    END IF;
    PERFORM pg_advisory_xact_lock(32776881412399973);
    SELECT * INTO STRICT present FROM kafka.migration FOR UPDATE;
    IF present.state = 'moved' THEN
        RAISE EXCEPTION 'the clients have moved to the target of forwarder "%" already', present.forwarder
            USING ERRCODE = '55000';
    END IF;
    IF EXISTS (SELECT FROM kafka.cluster WHERE lease_epoch <> present.heeded_by) THEN
        RAISE EXCEPTION 'the broker of this database is just starting, or is of a version that knows no fence'
            USING ERRCODE = '55000', HINT = 'Start the broker of this version, and try again.';
    END IF;
    UPDATE kafka.migration
    SET state = 'fenced',
        fence_number = fence_number + CASE WHEN present.fenced_until > clock_timestamp() THEN 0 ELSE 1 END,
        fenced_until = clock_timestamp() + make_interval(secs => seconds),
        updated_at = clock_timestamp()
    RETURNING fence_number INTO STRICT number;
    NOTIFY tailrace_migration;
    RETURN number;
END
$$;

-- Lets producers go on. Returns whether there was a fence.
CREATE FUNCTION kafka.lift_fence() RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE kafka.migration SET state = 'none', fenced_until = NULL, updated_at = clock_timestamp()
    WHERE state = 'fenced';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    NOTIFY tailrace_migration;
    RETURN true;
END
$$;

-- Passes the clients on to the target of a forwarder (with redirect = false: refuses them). Fails unless the fence of that
-- number has held without a break, so that what was drained and compared behind it is still all there is.
CREATE FUNCTION kafka.mark_moved(fence bigint, forwarder text, redirect boolean DEFAULT true) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    present kafka.migration;
    waiting bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(32776881412399973);
    SELECT * INTO STRICT present FROM kafka.migration FOR UPDATE;
    IF present.state <> 'fenced' OR present.fence_number <> fence OR present.fenced_until <= clock_timestamp() THEN
        RAISE EXCEPTION 'fence % does not hold any more: records may have come in since', fence
            USING ERRCODE = '55000', HINT = 'Set up a new fence, and drain and verify again.';
    END IF;
    IF NOT EXISTS (SELECT FROM kafka.target_metadata t WHERE t.forwarder = mark_moved.forwarder) THEN
        RAISE EXCEPTION 'the target of forwarder "%" is not known', forwarder
            USING ERRCODE = '55000', HINT = 'The name is the replication.slot of a forwarder that runs.';
    END IF;
    -- Waits for transactions that have called kafka.produce and are not committed yet.
    LOCK TABLE kafka.outbox IN SHARE ROW EXCLUSIVE MODE;
    SELECT count(*) INTO waiting FROM kafka.outbox WHERE failure IS NULL;
    IF waiting > 0 THEN
        RAISE EXCEPTION '% records of kafka.produce wait in kafka.outbox, and would be left behind', waiting
            USING ERRCODE = '55000', HINT = 'Stop what calls kafka.produce, lift the fence until kafka.outbox is empty, and try again.';
    END IF;
    UPDATE kafka.migration
    SET state = 'moved', fenced_until = NULL, redirect = mark_moved.redirect, forwarder = mark_moved.forwarder,
        updated_at = clock_timestamp();
    NOTIFY tailrace_migration;
END
$$;

-- The clients are served here again. Returns whether they had moved. What was produced on the target meanwhile is not here.
CREATE FUNCTION kafka.mark_returned() RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE kafka.migration SET state = 'none', forwarder = NULL, redirect = true, updated_at = clock_timestamp()
    WHERE state = 'moved';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    NOTIFY tailrace_migration;
    RETURN true;
END
$$;

-- After the move nobody would take a record out of the outbox.
CREATE FUNCTION kafka.refuse_outbox_when_moved() RETURNS trigger
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM kafka.migration WHERE state = 'moved') THEN
        RAISE EXCEPTION 'kafka.produce takes no records: this cluster has moved to another Kafka'
            USING ERRCODE = '55000', HINT = 'Produce to that Kafka (kafka.target_metadata says where it is).';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER refuse_when_moved BEFORE INSERT ON kafka.outbox
    FOR EACH STATEMENT EXECUTE FUNCTION kafka.refuse_outbox_when_moved();

REVOKE EXECUTE ON FUNCTION kafka.may_append(), kafka.fence(integer), kafka.lift_fence(),
    kafka.mark_moved(bigint, text, boolean), kafka.mark_returned(), kafka.refuse_outbox_when_moved() FROM PUBLIC;
