-- The last moment of a cutover: while the groups' offsets are copied to the target, none is committed here.

ALTER TABLE kafka.migration
    -- Like each fence, each freeze has a number. It belongs to one fence and holds no longer than that.
    ADD COLUMN freeze_number bigint NOT NULL DEFAULT 0,
    ADD COLUMN frozen_fence  bigint,
    ADD COLUMN frozen_until  timestamptz,
    -- The node id of the broker that started last; null before one of this version has.
    ADD COLUMN node_id       integer,
    ADD CHECK (num_nulls(frozen_fence, frozen_until) IN (0, 2));

-- Whether the transaction that asks may change committed offsets: as kafka.may_append() for records, with a lock of its own.
-- The number is "trgroups" in ASCII.
CREATE FUNCTION kafka.may_commit() RETURNS boolean
    LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    -- First the lock, then a look of its own: in READ COMMITTED each statement here sees what is committed by then.
    IF NOT pg_catalog.pg_try_advisory_xact_lock_shared(8390882796938555507) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM kafka.migration
        WHERE state = 'moved'
           OR (state = 'fenced' AND fenced_until > pg_catalog.clock_timestamp()
               AND frozen_fence = fence_number AND frozen_until > pg_catalog.clock_timestamp())
    );
END
$$;

-- Holds commits of offsets back for so many seconds, behind the fence of that number, and returns the number of the freeze.
-- When it is committed, no commit of offsets is under way and none begins. A freeze that still holds is made to last longer
-- and keeps its number. It ends by itself, and with its fence.
CREATE FUNCTION kafka.freeze_groups(fence bigint, seconds integer DEFAULT 5) RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    present kafka.migration;
    number  bigint;
BEGIN
    IF seconds IS NULL OR seconds NOT BETWEEN 1 AND 60 THEN
        RAISE EXCEPTION 'a freeze of % seconds is not possible: 1 to 60 are', seconds USING ERRCODE = '22023';
    END IF;
    PERFORM pg_advisory_xact_lock(8390882796938555507);
    SELECT * INTO STRICT present FROM kafka.migration FOR UPDATE;
    IF present.state <> 'fenced' OR present.fence_number <> fence OR present.fenced_until <= clock_timestamp() THEN
        RAISE EXCEPTION 'fence % does not hold any more', fence
            USING ERRCODE = '55000', HINT = 'Set up a new fence, and drain and verify again.';
    END IF;
    UPDATE kafka.migration
    SET freeze_number = freeze_number
            + CASE WHEN present.frozen_fence = fence AND present.frozen_until > clock_timestamp() THEN 0 ELSE 1 END,
        frozen_fence = fence,
        frozen_until = clock_timestamp() + make_interval(secs => seconds),
        updated_at = clock_timestamp()
    RETURNING freeze_number INTO STRICT number;
    NOTIFY tailrace_migration;
    RETURN number;
END
$$;

-- The same as kafka.mark_moved without the number of a freeze, and fails unless that freeze has held without a break as well, so that the
-- offsets that were copied behind it are the last that the groups have committed.
CREATE FUNCTION kafka.mark_moved(fence bigint, frozen bigint, forwarder text, redirect boolean DEFAULT true) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    present kafka.migration;
BEGIN
    -- The locks in the order in which others take them.
    PERFORM pg_advisory_xact_lock(32776881412399973);
    PERFORM pg_advisory_xact_lock(8390882796938555507);
    SELECT * INTO STRICT present FROM kafka.migration FOR UPDATE;
    IF present.frozen_fence IS DISTINCT FROM fence OR present.freeze_number <> frozen
        OR present.frozen_until <= clock_timestamp() THEN
        RAISE EXCEPTION 'freeze % does not hold any more: groups may have committed since', frozen
            USING ERRCODE = '55000', HINT = 'Freeze the groups again, and copy their offsets again.';
    END IF;
    PERFORM kafka.mark_moved(fence, forwarder, redirect);
END
$$;

REVOKE EXECUTE ON FUNCTION kafka.may_commit(), kafka.freeze_groups(bigint, integer),
    kafka.mark_moved(bigint, bigint, text, boolean) FROM PUBLIC;
