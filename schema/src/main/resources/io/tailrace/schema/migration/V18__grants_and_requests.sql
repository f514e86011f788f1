-- What those who only read may see of everything that was added since the roles were made; what becomes of requests to send
-- records again when the clients move; a return that was interrupted sets no group back.

-- Of a request that is open: why it does not go on at present; null where it does.
ALTER TABLE kafka.replays ADD COLUMN waiting text;

-- Of a returning offset: which record of the coordinator held the group's offset here when the clients returned; null for none. With
-- another one the group has committed here since, and is not set back.
ALTER TABLE kafka.returning_offsets ADD COLUMN record_here bigint;

-- Once the clients have moved, nothing is sent to the target again: what is asked for by then ends with that reason.
CREATE FUNCTION kafka.end_repeats() RETURNS trigger
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    why CONSTANT text := 'the clients have moved to the target: nothing is sent there again';
BEGIN
    UPDATE kafka.replays SET state = 'failed', failure = why, waiting = NULL, finished_at = now()
    WHERE state IN ('requested', 'running');
    UPDATE kafka.refused_records SET retry_requested_at = NULL, retry_failure = why
    WHERE retry_requested_at IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER end_repeats AFTER UPDATE OF state ON kafka.migration
    FOR EACH ROW WHEN (NEW.state = 'moved' AND OLD.state <> 'moved') EXECUTE FUNCTION kafka.end_repeats();

-- And what is asked for later is refused.
CREATE FUNCTION kafka.refuse_repeats_when_moved() RETURNS trigger
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM kafka.migration WHERE state = 'moved') THEN
        RAISE EXCEPTION 'nothing is sent to the target again: the clients have moved there'
            USING ERRCODE = '55000', HINT = 'tailrace migrate status says since when; tailrace migrate rollback has them return.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_when_moved BEFORE INSERT ON kafka.replays
    FOR EACH ROW EXECUTE FUNCTION kafka.refuse_repeats_when_moved();
CREATE TRIGGER refuse_when_moved BEFORE UPDATE OF retry_requested_at ON kafka.refused_records
    FOR EACH ROW WHEN (NEW.retry_requested_at IS NOT NULL) EXECUTE FUNCTION kafka.refuse_repeats_when_moved();

REVOKE EXECUTE ON FUNCTION kafka.end_repeats(), kafka.refuse_repeats_when_moved() FROM PUBLIC;

-- Everything that the roles may, anew. Not readable: kafka.messages with its leaves (records of open transactions are among them),
-- what coordinators keep (groups, transactions, producers: whoever knows a producer's id and epoch can write in its name),
-- clients' settings and quotas, and what only a broker makes use of.
CREATE OR REPLACE FUNCTION kafka.grant_roles() RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    relation text;
    missing  text[];
BEGIN
    SELECT array_agg(name) INTO missing FROM unnest('{tailrace_read,tailrace_produce}'::text[]) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name);
    IF missing IS NOT NULL THEN
        RETURN 'missing roles: ' || array_to_string(missing, ', ');
    END IF;
    GRANT USAGE ON SCHEMA kafka TO tailrace_read, tailrace_produce;
    FOREACH relation IN ARRAY ARRAY[
        -- the log
        'records', 'topics', 'partitions', 'outbox', 'consumer_offsets',
        -- what is forwarded, how far, and where it stands on the target
        'topic_shadow_config', 'forwarders', 'forwarder_topics', 'forwarder_positions', 'forwarder_offset_map',
        'forwarder_groups', 'forwarder_group_offsets', 'verified_partitions', 'verification',
        -- what was refused, or is sent again
        'refused_records', 'replays', 'repeated_ranges',
        -- the move, and the way back
        'migration', 'target_metadata', 'left_at_target', 'returning_offsets'
    ] LOOP
        IF to_regclass('kafka.' || relation) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON kafka.%I TO tailrace_read', relation);
        END IF;
    END LOOP;
    GRANT EXECUTE ON FUNCTION kafka.produce(text, bytea, bytea, jsonb, integer) TO tailrace_produce;
    GRANT EXECUTE ON FUNCTION kafka.produce(text, text, text, jsonb, integer) TO tailrace_produce;
    RETURN 'granted';
END
$$;
SELECT kafka.grant_roles();
