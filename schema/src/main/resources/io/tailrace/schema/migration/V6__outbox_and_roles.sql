-- Producing with SQL, and the roles of those who only read or only produce.

-- Records that SQL has produced and that no broker has moved into the log yet. A broker deletes a row in the transaction
-- that writes its record to kafka.messages. A row that cannot be written keeps its place with the reason in "failure".
CREATE TABLE kafka.outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic_id     integer NOT NULL,
    partition_id integer NOT NULL,
    key          bytea,
    value        bytea,
    headers      jsonb,
    timestamp_ms bigint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    failure      text
) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);

-- What topics are like that do not say otherwise: each broker writes here, as it starts, the settings by which
-- kafka.produce checks a record.
CREATE TABLE kafka.topic_defaults (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- The hash by which Kafka's Java client chooses a partition (Utils.murmur2), in 32-bit arithmetic on bigint.
CREATE FUNCTION kafka.murmur2(data bytea) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    m    CONSTANT bigint := 1540483477;
    mask CONSTANT bigint := 4294967295;
    size CONSTANT integer := octet_length(data);
    tail CONSTANT integer := size - size % 4;
    h    bigint := (2538058380 # size) & mask;
    k    bigint;
    i    integer := 0;
BEGIN
    WHILE i < tail LOOP
        k := get_byte(data, i) | (get_byte(data, i + 1) << 8) | (get_byte(data, i + 2) << 16)
            | (get_byte(data, i + 3)::bigint << 24);
        k := (k * m) & mask;
        k := ((k # (k >> 24)) * m) & mask;
        h := ((h * m) & mask) # k;
        i := i + 4;
    END LOOP;
    IF tail < size THEN
        FOR i IN REVERSE size - 1 .. tail LOOP
            h := h # (get_byte(data, i)::bigint << (8 * (i - tail)));
        END LOOP;
        h := (h * m) & mask;
    END IF;
    h := ((h # (h >> 13)) * m) & mask;
    h := h # (h >> 15);
    RETURN CASE WHEN h > 2147483647 THEN h - 4294967296 ELSE h END;
END
$$;

-- The partition that Kafka's Java client chooses for a key.
CREATE FUNCTION kafka.partition_for_key(key bytea, partitions integer) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (kafka.murmur2(key) & 2147483647) % partitions;

-- Headers in the form of kafka.messages, from that form itself or from an object of texts: {"trace": "4711"}.
CREATE FUNCTION kafka.checked_headers(headers jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    header  jsonb;
    name    text;
    result  jsonb := '[]';
    advice  CONSTANT text := 'Give {"name": "text", …}, or an array of {"key": "name", "value": "text"} where a value may'
        ' also be null, or stand as {"key": "name", "base64": "…"}.';
BEGIN
    IF headers IS NULL OR headers = 'null' OR headers IN ('[]', '{}') THEN
        RETURN NULL;
    END IF;
    IF jsonb_typeof(headers) = 'object' THEN
        SELECT jsonb_agg(jsonb_build_object('key', e.key, 'value', e.value)) INTO headers FROM jsonb_each(headers) e;
    ELSIF jsonb_typeof(headers) <> 'array' THEN
        RAISE EXCEPTION 'headers are neither an array nor an object' USING ERRCODE = '22023', HINT = advice;
    END IF;
    FOR header IN SELECT e FROM jsonb_array_elements(headers) e LOOP
        IF jsonb_typeof(header) <> 'object' OR (header ? 'key') = (header ? 'key_base64')
            OR (header ? 'value') = (header ? 'base64')
            OR header - '{key,key_base64,value,base64}'::text[] <> '{}'
        THEN
            RAISE EXCEPTION 'a header is not of the form {"key": …, "value": …}: %', left(header::text, 200)
                USING ERRCODE = '22023', HINT = advice;
        END IF;
        FOREACH name IN ARRAY '{key,key_base64,value,base64}'::text[] LOOP
            CONTINUE WHEN NOT header ? name OR jsonb_typeof(header -> name) = 'string';
            CONTINUE WHEN name = 'value' AND header -> name = 'null';
            RAISE EXCEPTION 'the % of a header is not text: %', name, left(header::text, 200)
                USING ERRCODE = '22023', HINT = advice;
        END LOOP;
        FOREACH name IN ARRAY '{key_base64,base64}'::text[] LOOP
            CONTINUE WHEN NOT header ? name;
            -- In the one form that every reader takes: padded and without line breaks.
            header := jsonb_set(header, ARRAY[name],
                to_jsonb(translate(encode(decode(header ->> name, 'base64'), 'base64'), E'\n', '')));
        END LOOP;
        result := result || jsonb_build_array(header);
    END LOOP;
    RETURN result;
END
$$;

-- Produces a record in the caller's transaction: a broker writes it to the log when that transaction is committed.
-- The partition is the one that Kafka's Java client would choose, unless it is given; without a key, any.
CREATE FUNCTION kafka.produce(
    topic       text,
    key         bytea,
    value       bytea,
    headers     jsonb DEFAULT NULL,
    "partition" integer DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    target     record;
    max_bytes  integer;
    bytes      bigint;
    checked    jsonb := kafka.checked_headers(produce.headers);
BEGIN
    SELECT t.id, t.partitions, t.config INTO target
    FROM kafka.topics t WHERE t.name = produce.topic AND t.deleted_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'topic "%" does not exist', produce.topic
            USING ERRCODE = '42704', HINT = 'Create it first, with any Kafka client or kafka-topics.';
    END IF;
    IF produce."partition" IS NOT NULL AND produce."partition" NOT BETWEEN 0 AND target.partitions - 1 THEN
        RAISE EXCEPTION 'topic "%" has no partition %: its partitions are 0 to %',
            produce.topic, produce."partition", target.partitions - 1 USING ERRCODE = '22023';
    END IF;
    IF produce.key IS NULL
        AND 'compact' = ANY (regexp_split_to_array(kafka.topic_setting(target.config, 'cleanup.policy'), '\s*,\s*'))
    THEN
        RAISE EXCEPTION 'topic "%" is compacted, so a record needs a key', produce.topic USING ERRCODE = '22004';
    END IF;
    max_bytes := kafka.topic_setting(target.config, 'max.message.bytes')::integer;
    -- A batch of this one record: Kafka's overhead of a batch (61) and the most that a record and its headers add.
    bytes := 61 + 21 + coalesce(octet_length(produce.key), 0) + coalesce(octet_length(produce.value), 0) + 10
        + coalesce((SELECT sum(10 + coalesce(octet_length(part), 0))
                    FROM jsonb_array_elements_text(jsonb_path_query_array(checked, '$[*].*')) part), 0);
    IF bytes > max_bytes THEN
        RAISE EXCEPTION 'the record takes % bytes, more than max.message.bytes = % of topic "%"',
            bytes, max_bytes, produce.topic USING ERRCODE = '54000';
    END IF;
    INSERT INTO kafka.outbox (topic_id, partition_id, key, value, headers, timestamp_ms)
    VALUES (
        target.id,
        coalesce(
            produce."partition",
            kafka.partition_for_key(produce.key, target.partitions),
            floor(random() * target.partitions)::integer
        ),
        produce.key, produce.value, checked,
        floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
    );
    NOTIFY tailrace_outbox;
END
$$;

-- A setting of a topic: its own, the brokers' default, or Kafka's.
CREATE FUNCTION kafka.topic_setting(config jsonb, name text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    config ->> name,
    (SELECT d.value FROM kafka.topic_defaults d WHERE d.name = topic_setting.name),
    CASE name WHEN 'cleanup.policy' THEN 'delete' WHEN 'max.message.bytes' THEN '1048588' END
);

-- The same with text, as UTF-8.
CREATE FUNCTION kafka.produce(
    topic       text,
    key         text,
    value       text,
    headers     jsonb DEFAULT NULL,
    "partition" integer DEFAULT NULL
) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT kafka.produce(topic, convert_to(key, 'UTF8'), convert_to(value, 'UTF8'), headers, "partition");
$$;

-- Roles belong to the whole server: another database may have made them already, and whoever migrates this one may not be
-- allowed to. Then an administrator creates them (CREATE ROLE tailrace_read NOLOGIN; …), and the owner of the schema runs
-- SELECT kafka.grant_roles();
--   tailrace_read:    reads records, topics and positions; changes nothing, produces nothing
--   tailrace_produce: calls kafka.produce; reads nothing
CREATE FUNCTION kafka.grant_roles() RETURNS text
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
    FOREACH relation IN ARRAY '{records,topics,partitions,outbox,consumer_offsets,forwarders,forwarder_positions}'::text[]
    LOOP
        IF to_regclass('kafka.' || relation) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON kafka.%I TO tailrace_read', relation);
        END IF;
    END LOOP;
    GRANT EXECUTE ON FUNCTION kafka.produce(text, bytea, bytea, jsonb, integer) TO tailrace_produce;
    GRANT EXECUTE ON FUNCTION kafka.produce(text, text, text, jsonb, integer) TO tailrace_produce;
    RETURN 'granted';
END
$$;
REVOKE EXECUTE ON FUNCTION kafka.grant_roles() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION kafka.produce(text, bytea, bytea, jsonb, integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION kafka.produce(text, text, text, jsonb, integer) FROM PUBLIC;

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY '{tailrace_read,tailrace_produce}'::text[] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            END IF;
        EXCEPTION
            -- Two databases migrated at the same time, or not allowed: grant_roles tells what is missing.
            WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
        END;
    END LOOP;
    PERFORM kafka.grant_roles();
END
$$;
