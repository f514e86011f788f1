-- Rows of the shape "batches", read by SQL: a row is a Kafka record batch (magic 2) as its producer compressed it, with the
-- offsets [partition_offset, partition_offset + record_count), of which compaction may have emptied some.

-- Finds the rows of this shape without the others: where a topic has none, it is empty.
CREATE INDEX messages_batches_idx ON kafka.messages (topic_id, partition_id, partition_offset) WHERE batch IS NOT NULL;

-- How a batch is compressed, from its header alone.
CREATE FUNCTION kafka.batch_codec(batch bytea) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE get_byte(substring(batch FROM 23 FOR 1), 0) & 7
    WHEN 0 THEN 'none' WHEN 1 THEN 'gzip' WHEN 2 THEN 'snappy' WHEN 3 THEN 'lz4' WHEN 4 THEN 'zstd' ELSE 'unknown' END;

-- Whether kafka.batch_records can take the batch apart.
CREATE FUNCTION kafka.batch_decodable(batch bytea) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN kafka.batch_codec(batch) IN ('none', 'snappy', 'lz4');

-- The text of bytes where jsonb can hold it, else null. Without a subtransaction, which a parallel worker may not have before
-- Postgres 17: bytes that "escape" leaves alone are ASCII, others are compared with the patterns of UTF-8 in hexadecimal.
CREATE FUNCTION kafka.json_text(bytes bytea) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    ascii CONSTANT text := encode(bytes, 'escape');
BEGIN
    IF strpos(ascii, E'\\') = 0 THEN
        RETURN ascii;
    ELSIF encode(bytes, 'hex') ~ ('^(?:0[1-9a-f]|[1-7][0-9a-f]|(?:c[2-9a-f]|d[0-9a-f])[89ab][0-9a-f]'
        '|(?:e0[ab][0-9a-f]|e[1-9abcef][89ab][0-9a-f]|ed[89][0-9a-f])[89ab][0-9a-f]'
        '|(?:f0[9ab][0-9a-f]|f[123][89ab][0-9a-f]|f48[0-9a-f])(?:[89ab][0-9a-f]){2})*$')
    THEN
        RETURN convert_from(bytes, 'UTF8');
    END IF;
    RETURN NULL;
END
$$;

-- A header in the form of kafka.messages.
CREATE FUNCTION kafka.batch_header(key bytea, value bytea) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    key_text   CONSTANT text := kafka.json_text(key);
    value_text CONSTANT text := kafka.json_text(value);
    header     jsonb;
BEGIN
    IF key_text IS NOT NULL THEN
        header := jsonb_build_object('key', key_text);
    ELSE
        header := jsonb_build_object('key_base64', translate(encode(key, 'base64'), E'\n', ''));
    END IF;
    IF value IS NULL OR value_text IS NOT NULL THEN
        RETURN header || jsonb_build_object('value', value_text);
    END IF;
    RETURN header || jsonb_build_object('base64', translate(encode(value, 'base64'), E'\n', ''));
END
$$;

-- One block of Snappy's format, or of LZ4's: bytes as they are ("literal"), and copies of what came at a distance before.
--   max_bytes: how large it may become; Snappy's blocks say it themselves.
-- Every change to bytes is a new copy of them. So what comes out collects in a short "tail", which moves in pieces to an array,
-- and into the last 64 KiB of everything ("past"), from where copies are taken. The time is linear in what comes out.
CREATE FUNCTION kafka.decompress_block(data bytea, snappy boolean, max_bytes bigint) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS $$
DECLARE
    tail_bytes   CONSTANT integer := 4096;
    window_bytes CONSTANT integer := 65536;
    size         CONSTANT integer := octet_length(data);
    p            integer := 0;
    b            integer;
    literal_at   integer;
    literal      bigint;
    length       bigint;
    distance     bigint;
    -- How far in front of the tail a copy begins.
    before       bigint;
    run          bytea;
    tail         bytea := '';
    past         bytea := '';
    pieces       bytea[] := '{}';
    made         bigint := 0;
BEGIN
    IF snappy THEN
        max_bytes := 0;
        FOR i IN 0 .. 4 LOOP
            b := get_byte(data, p);
            p := p + 1;
            max_bytes := max_bytes | ((b & 127)::bigint << (7 * i));
            EXIT WHEN b < 128;
        END LOOP;
    END IF;
    WHILE p < size LOOP
        b := get_byte(data, p);
        p := p + 1;
        literal := 0;
        length := 0;
        IF snappy THEN
            IF b & 3 = 0 THEN
                literal := (b >> 2) + 1;
                IF literal > 60 THEN
                    b := literal - 60;
                    literal := 1;
                    FOR i IN 0 .. b - 1 LOOP
                        literal := literal + (get_byte(data, p + i)::bigint << (8 * i));
                    END LOOP;
                    p := p + b;
                END IF;
                literal_at := p;
            ELSIF b & 3 = 2 THEN
                length := (b >> 2) + 1;
                distance := get_byte(data, p) | (get_byte(data, p + 1) << 8);
                p := p + 2;
            ELSIF b & 3 = 1 THEN
                length := ((b >> 2) & 7) + 4;
                distance := ((b >> 5) << 8) | get_byte(data, p);
                p := p + 1;
            ELSE
                length := (b >> 2) + 1;
                distance := get_byte(data, p) | (get_byte(data, p + 1) << 8) | (get_byte(data, p + 2) << 16)
                    | (get_byte(data, p + 3)::bigint << 24);
                p := p + 4;
            END IF;
        ELSE
            literal := b >> 4;
            length := (b & 15) + 4;
            IF literal = 15 THEN
                LOOP
                    b := get_byte(data, p);
                    p := p + 1;
                    literal := literal + b;
                    EXIT WHEN b < 255;
                END LOOP;
            END IF;
            literal_at := p;
        END IF;

        IF literal > 0 THEN
            IF literal > size - p THEN
                RAISE EXCEPTION 'a compressed block ends within a literal' USING ERRCODE = 'data_corrupted';
            END IF;
            tail := tail || substring(data FROM literal_at + 1 FOR literal::integer);
            p := p + literal;
        END IF;

        IF NOT snappy THEN
            -- The last sequence of LZ4 has no copy.
            EXIT WHEN p = size;
            distance := get_byte(data, p) | (get_byte(data, p + 1) << 8);
            p := p + 2;
            IF length = 19 THEN
                LOOP
                    b := get_byte(data, p);
                    p := p + 1;
                    length := length + b;
                    EXIT WHEN b < 255;
                END LOOP;
                IF length > max_bytes THEN
                    RAISE EXCEPTION 'a compressed block is larger than it may be' USING ERRCODE = 'data_corrupted';
                END IF;
            END IF;
        END IF;

        IF length > 0 THEN
            before := distance - octet_length(tail);
            IF before > octet_length(past) THEN
                -- Farther back than known encoders go, which take 64 KiB at a time.
                past := coalesce((SELECT string_agg(u.piece, ''::bytea ORDER BY u.n)
                                  FROM unnest(pieces) WITH ORDINALITY AS u (piece, n)), '');
            END IF;
            IF distance = 0 OR before > octet_length(past) THEN
                RAISE EXCEPTION 'a compressed block refers to bytes that there are not' USING ERRCODE = 'data_corrupted';
            END IF;
            IF before >= length THEN
                tail := tail || substring(past FROM (octet_length(past) - before + 1)::integer FOR length::integer);
            ELSIF before <= 0 AND distance >= length THEN
                tail := tail || substring(tail FROM 1 - before::integer FOR length::integer);
            ELSE
                -- It reaches into what it makes itself: its bytes come again and again.
                IF before > 0 THEN
                    run := substring(past FROM (octet_length(past) - before + 1)::integer) || tail;
                ELSE
                    run := substring(tail FROM 1 - before::integer);
                END IF;
                WHILE octet_length(run) < length LOOP
                    run := run || run;
                END LOOP;
                tail := tail || substring(run FROM 1 FOR length::integer);
            END IF;
        END IF;

        IF octet_length(tail) >= tail_bytes THEN
            made := made + octet_length(tail);
            IF made > max_bytes THEN
                RAISE EXCEPTION 'a compressed block is larger than it may be' USING ERRCODE = 'data_corrupted';
            END IF;
            pieces := array_append(pieces, tail);
            past := substring(past FROM greatest(1, octet_length(past) - window_bytes + 1)) || tail;
            tail := '';
        END IF;
    END LOOP;
    made := made + octet_length(tail);
    IF made > max_bytes OR (snappy AND made < max_bytes) THEN
        RAISE EXCEPTION 'a compressed block is not as large as it says' USING ERRCODE = 'data_corrupted';
    END IF;
    RETURN coalesce((SELECT string_agg(u.piece, ''::bytea ORDER BY u.n)
                     FROM unnest(pieces) WITH ORDINALITY AS u (piece, n)), '') || tail;
END
$$;

-- Snappy as it is, or in the frames of snappy-java, which Kafka's Java client writes: 16 bytes of head, and blocks with their
-- lengths before them.
CREATE FUNCTION kafka.snappy_decompress(data bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS $$
DECLARE
    magic  CONSTANT bytea := '\x82534e4150505900';
    size   CONSTANT integer := octet_length(data);
    p      integer := 0;
    length bigint;
    blocks bytea[] := '{}';
BEGIN
    IF substring(data FROM 1 FOR 8) <> magic THEN
        RETURN kafka.decompress_block(data, true, 0);
    END IF;
    WHILE p < size LOOP
        -- Where streams were put together, there is another head.
        IF substring(data FROM p + 1 FOR 8) = magic THEN
            p := p + 16;
            CONTINUE;
        END IF;
        length := (get_byte(data, p)::bigint << 24) | (get_byte(data, p + 1) << 16) | (get_byte(data, p + 2) << 8)
            | get_byte(data, p + 3);
        p := p + 4;
        IF length > size - p THEN
            RAISE EXCEPTION 'a compressed block of % bytes where % are left', length, size - p
                USING ERRCODE = 'data_corrupted';
        END IF;
        blocks := array_append(blocks,
            kafka.decompress_block(substring(data FROM p + 1 FOR length::integer), true, 0));
        p := p + length;
    END LOOP;
    RETURN coalesce((SELECT string_agg(u.block, ''::bytea ORDER BY u.n)
                     FROM unnest(blocks) WITH ORDINALITY AS u (block, n)), '');
END
$$;

-- A frame of LZ4. Checksums are passed over: the batch has its own.
CREATE FUNCTION kafka.lz4_decompress(data bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS $$
DECLARE
    size      CONSTANT integer := octet_length(data);
    flags     integer;
    max_bytes integer;
    p         integer;
    length    bigint;
    block     bytea;
    blocks    bytea[] := '{}';
BEGIN
    IF substring(data FROM 1 FOR 4) <> '\x04224d18' THEN
        RAISE EXCEPTION 'not a frame of LZ4' USING ERRCODE = 'data_corrupted';
    END IF;
    flags := get_byte(data, 4);
    max_bytes := 1 << (8 + 2 * ((get_byte(data, 5) >> 4) & 7));
    -- Version 1, blocks that are independent, no dictionary: Kafka's clients take no other.
    IF flags & 225 <> 96 OR max_bytes < 65536 THEN
        RAISE EXCEPTION 'a frame of LZ4 of an unknown form' USING ERRCODE = 'data_corrupted';
    END IF;
    -- After the size of the whole, if it is there, and the head's checksum.
    p := CASE WHEN flags & 8 = 8 THEN 15 ELSE 7 END;
    LOOP
        length := get_byte(data, p) | (get_byte(data, p + 1) << 8) | (get_byte(data, p + 2) << 16)
            | (get_byte(data, p + 3)::bigint << 24);
        EXIT WHEN length = 0;
        p := p + 4;
        IF length & 2147483647 > size - p THEN
            RAISE EXCEPTION 'a compressed block of % bytes where % are left', length & 2147483647, size - p
                USING ERRCODE = 'data_corrupted';
        END IF;
        block := substring(data FROM p + 1 FOR (length & 2147483647)::integer);
        p := p + (length & 2147483647);
        -- The highest bit: as it is.
        IF length < 2147483648 THEN
            block := kafka.decompress_block(block, false, max_bytes);
        END IF;
        blocks := array_append(blocks, block);
        IF flags & 16 = 16 THEN
            p := p + 4;
        END IF;
    END LOOP;
    RETURN coalesce((SELECT string_agg(u.block, ''::bytea ORDER BY u.n)
                     FROM unnest(blocks) WITH ORDINALITY AS u (block, n)), '');
END
$$;

-- What a batch holds after its header, decompressed; null where SQL does not know the codec.
CREATE FUNCTION kafka.batch_payload(batch bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE kafka.batch_codec(batch)
        WHEN 'none' THEN substring(batch FROM 62)
        WHEN 'snappy' THEN kafka.snappy_decompress(substring(batch FROM 62))
        WHEN 'lz4' THEN kafka.lz4_decompress(substring(batch FROM 62))
    END;
END
$$;

-- The records of a batch, in the order of their offsets; none where SQL does not know the codec (kafka.batch_decodable).
-- What is no batch, or says that it is longer than it is, is an error: data_corrupted.
CREATE FUNCTION kafka.batch_records(batch bytea)
    RETURNS TABLE (offset_delta integer, timestamp_ms bigint, key bytea, value bytea, headers jsonb)
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100
AS $$
DECLARE
    -- In hexadecimal: a bit string is what Postgres makes of it, and a number what that makes.
    head         CONSTANT text := encode(substring(batch FROM 1 FOR 61), 'hex');
    append_ms    bigint;
    base_ms      bigint;
    -- Not the row's own value, of which every access to a byte would read all pages.
    data         bytea;
    size         integer;
    -- The place in data, from 0, and where the record ends.
    p            integer := 0;
    record_end   integer;
    -- What the number is that was read: 0 the record's length, 1 its time, 2 its offset, 3 and 4 the lengths of key and value,
    -- 5 how many headers there are, 6 and 7 the lengths of a header's key and value.
    field        integer;
    n            bigint;
    b            integer;
    shift        integer;
    bytes        bytea;
    header_key   bytea;
    header_count integer;
    parts        jsonb[];
BEGIN
    IF length(head) < 122 OR substr(head, 33, 2) <> '02' THEN
        RAISE EXCEPTION 'not a record batch of magic 2' USING ERRCODE = 'data_corrupted';
    END IF;
    data := kafka.batch_payload(batch);
    IF data IS NULL THEN
        RETURN;
    END IF;
    size := octet_length(data);
    base_ms := ('x' || substr(head, 55, 16))::bit(64)::bigint;
    IF ('x' || substr(head, 43, 4))::bit(16)::integer & 8 = 8 THEN
        append_ms := ('x' || substr(head, 71, 16))::bit(64)::bigint;
    END IF;
    FOR i IN 1 .. ('x' || substr(head, 115, 8))::bit(32)::integer LOOP
        field := 0;
        LOOP
            -- A number: seven bits a byte, the lowest first, and the sign in the lowest bit of all.
            n := get_byte(data, p);
            p := p + 1;
            IF n < 128 THEN
                n := (n >> 1) # -(n & 1);
            ELSE
                n := n & 127;
                shift := 7;
                LOOP
                    b := get_byte(data, p);
                    p := p + 1;
                    n := n | ((b & 127)::bigint << shift);
                    EXIT WHEN b < 128 OR shift = 63;
                    shift := shift + 7;
                END LOOP;
                n := ((n >> 1) & 9223372036854775807) # -(n & 1);
            END IF;

            IF field > 2 AND field <> 5 THEN
                -- A length, and then so many bytes; -1 is null.
                bytes := NULL;
                IF n >= 0 THEN
                    IF n > record_end - p THEN
                        RAISE EXCEPTION 'a field of % bytes where % are left', n, record_end - p
                            USING ERRCODE = 'data_corrupted';
                    END IF;
                    bytes := substring(data FROM p + 1 FOR n::integer);
                    p := p + n;
                END IF;
                IF field = 3 THEN
                    key := bytes;
                ELSIF field = 4 THEN
                    value := bytes;
                ELSIF field = 6 THEN
                    IF bytes IS NULL THEN
                        RAISE EXCEPTION 'a header without a key' USING ERRCODE = 'data_corrupted';
                    END IF;
                    header_key := bytes;
                ELSE
                    parts := array_append(parts, kafka.batch_header(header_key, bytes));
                    EXIT WHEN cardinality(parts) = header_count;
                    field := 5;
                END IF;
            ELSIF field = 1 THEN
                timestamp_ms := coalesce(append_ms, base_ms + n);
            ELSIF field = 2 THEN
                offset_delta := n;
            ELSIF field = 5 THEN
                EXIT WHEN n <= 0;
                header_count := n;
                parts := '{}';
            ELSE
                IF n < 0 OR n > size - p THEN
                    RAISE EXCEPTION 'a record of % bytes where % are left', n, size - p
                        USING ERRCODE = 'data_corrupted';
                END IF;
                record_end := p + n;
                -- The record's own attributes, of which Kafka makes no use.
                p := p + 1;
            END IF;
            field := field + 1;
        END LOOP;
        IF p > record_end THEN
            RAISE EXCEPTION 'a record that goes on behind its end' USING ERRCODE = 'data_corrupted';
        END IF;
        headers := CASE WHEN field > 5 THEN to_jsonb(parts) END;
        RETURN NEXT;
        p := record_end;
    END LOOP;
END
$$;

-- The records of both shapes, without those of open transactions. What is above a batch's records (topic, partition, times of
-- the append) is looked for in its row; what is theirs (an offset) is known only once they are taken out of it: kafka.read
-- finds offsets.
CREATE OR REPLACE VIEW kafka.records AS
SELECT t.name                                    AS topic,
       m.partition_id                            AS partition,
       m.partition_offset                        AS "offset",
       -- A producer may write any number; what Postgres has no time for is null.
       CASE
           WHEN m.timestamp_ms >= -210866803200000 AND m.timestamp_ms < 9224318016000000
               THEN to_timestamp(m.timestamp_ms / 1000.0)
       END                                       AS "timestamp",
       m.key,
       m.value,
       m.headers,
       m.timestamp_ms,
       m.global_offset,
       m.created_at
FROM kafka.messages m
    JOIN kafka.topics t ON t.id = m.topic_id AND t.deleted_at IS NULL
    JOIN kafka.partitions p ON p.topic_id = m.topic_id AND p.partition_id = m.partition_id
WHERE m.batch IS NULL
  AND m.partition_offset >= p.log_start_offset
  AND NOT EXISTS (SELECT FROM kafka.transaction_partitions o
                  WHERE o.producer_id = m.producer_id
                    AND o.topic_id = m.topic_id
                    AND o.partition_id = m.partition_id
                    AND m.partition_offset >= o.first_offset)
UNION ALL
SELECT t.name,
       m.partition_id,
       m.partition_offset + r.offset_delta,
       CASE
           WHEN r.timestamp_ms >= -210866803200000 AND r.timestamp_ms < 9224318016000000
               THEN to_timestamp(r.timestamp_ms / 1000.0)
       END,
       r.key,
       r.value,
       r.headers,
       r.timestamp_ms,
       m.global_offset + r.offset_delta,
       m.created_at
FROM kafka.messages m
    JOIN kafka.topics t ON t.id = m.topic_id AND t.deleted_at IS NULL
    JOIN kafka.partitions p ON p.topic_id = m.topic_id AND p.partition_id = m.partition_id
    CROSS JOIN LATERAL kafka.batch_records(m.batch) r
WHERE m.batch IS NOT NULL
  AND m.partition_offset + m.record_count > p.log_start_offset
  AND m.partition_offset + r.offset_delta >= p.log_start_offset
  AND NOT EXISTS (SELECT FROM kafka.transaction_partitions o
                  WHERE o.producer_id = m.producer_id
                    AND o.topic_id = m.topic_id
                    AND o.partition_id = m.partition_id
                    AND m.partition_offset >= o.first_offset);

-- The rows of the shape "batches", from their headers alone.
CREATE VIEW kafka.record_batches AS
SELECT t.name                                                    AS topic,
       m.partition_id                                            AS partition,
       m.partition_offset                                        AS first_offset,
       m.partition_offset + m.record_count - 1                   AS last_offset,
       -- How many records there are; fewer than offsets where compaction has taken some.
       ('x' || encode(substring(m.batch FROM 58 FOR 4), 'hex'))::bit(32)::integer AS records,
       kafka.batch_codec(m.batch)                                AS codec,
       kafka.batch_decodable(m.batch)                            AS decodable,
       octet_length(m.batch)                                     AS bytes,
       m.timestamp_ms                                            AS max_timestamp_ms,
       m.attributes & 16 = 16                                    AS transactional,
       -- In an open transaction.
       EXISTS (SELECT FROM kafka.transaction_partitions o
               WHERE o.producer_id = m.producer_id
                 AND o.topic_id = m.topic_id
                 AND o.partition_id = m.partition_id
                 AND m.partition_offset >= o.first_offset)       AS pending,
       m.global_offset,
       m.created_at
FROM kafka.messages m
    JOIN kafka.topics t ON t.id = m.topic_id AND t.deleted_at IS NULL
    JOIN kafka.partitions p ON p.topic_id = m.topic_id AND p.partition_id = m.partition_id
WHERE m.batch IS NOT NULL
  AND m.partition_offset + m.record_count > p.log_start_offset;

-- Up to max_records records of a partition from an offset on, in the order of their offsets and as kafka.records shows them.
-- Goes by the primary key to the row that holds the offset, and takes no more rows apart than it returns records of. It ends
-- where the first open transaction begins: who goes on behind the last offset that came misses nothing that commits later.
CREATE FUNCTION kafka.read(
    topic       text,
    "partition" integer,
    from_offset bigint,
    max_records integer DEFAULT 100
) RETURNS SETOF kafka.records
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    page_rows CONSTANT integer := 100;
    log       record;
    leaf      text;
    start     bigint;
    row_count integer;
    missing   integer := max_records;
    taken     integer;
    m         record;
BEGIN
    SELECT p.topic_id, p.partition_id, greatest(read.from_offset, p.log_start_offset) AS start_offset,
           coalesce((SELECT min(o.first_offset) FROM kafka.transaction_partitions o
                     WHERE o.topic_id = p.topic_id AND o.partition_id = p.partition_id), p.next_offset) AS end_offset
    INTO log
    FROM kafka.topics t JOIN kafka.partitions p ON p.topic_id = t.id
    WHERE t.name = read.topic AND t.deleted_at IS NULL AND p.partition_id = read."partition";
    IF NOT FOUND THEN
        RAISE EXCEPTION 'topic "%" does not exist, or has no partition %', read.topic, read."partition"
            USING ERRCODE = '42704';
    END IF;
    -- The topic's own leaf: plans do not grow with the number of topics.
    leaf := format('kafka.messages_%s', log.topic_id);
    -- The row that holds the offset, or would.
    EXECUTE format('SELECT max(partition_offset) FROM %s WHERE topic_id = $1 AND partition_id = $2 AND partition_offset <= $3',
                   leaf)
    INTO start USING log.topic_id, log.partition_id, log.start_offset;
    start := coalesce(start, log.start_offset);
    LOOP
        row_count := 0;
        FOR m IN
            EXECUTE format('SELECT * FROM %s WHERE topic_id = $1 AND partition_id = $2 AND partition_offset >= $3'
                           ' AND partition_offset < $4 ORDER BY partition_offset LIMIT $5', leaf)
            USING log.topic_id, log.partition_id, start, log.end_offset, page_rows
        LOOP
            EXIT WHEN missing <= 0;
            row_count := row_count + 1;
            start := m.partition_offset + 1;
            RETURN QUERY
                SELECT read.topic, m.partition_id, m.partition_offset + r.offset_delta,
                       CASE
                           WHEN r.timestamp_ms >= -210866803200000 AND r.timestamp_ms < 9224318016000000
                               THEN to_timestamp(r.timestamp_ms / 1000.0)
                       END,
                       r.key, r.value, r.headers, r.timestamp_ms, m.global_offset + r.offset_delta, m.created_at
                FROM (SELECT 0 AS offset_delta, m.timestamp_ms, m.key, m.value, m.headers WHERE m.batch IS NULL
                      UNION ALL
                      SELECT b.* FROM kafka.batch_records(m.batch) b) r
                WHERE m.partition_offset + r.offset_delta >= log.start_offset
                LIMIT missing;
            GET DIAGNOSTICS taken = ROW_COUNT;
            missing := missing - taken;
        END LOOP;
        EXIT WHEN missing <= 0 OR row_count < page_rows;
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION kafka.read(text, integer, bigint, integer) FROM PUBLIC;

-- A function with a subtransaction in it fails in a parallel query before Postgres 17.
DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 170000 THEN
        ALTER FUNCTION kafka.utf8(bytea) PARALLEL UNSAFE;
    END IF;
END
$$;

-- As before, and what is new of the log.
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
        'records', 'record_batches', 'topics', 'partitions', 'outbox', 'consumer_offsets',
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
    GRANT EXECUTE ON FUNCTION kafka.read(text, integer, bigint, integer) TO tailrace_read;
    GRANT EXECUTE ON FUNCTION kafka.produce(text, bytea, bytea, jsonb, integer) TO tailrace_produce;
    GRANT EXECUTE ON FUNCTION kafka.produce(text, text, text, jsonb, integer) TO tailrace_produce;
    RETURN 'granted';
END
$$;
SELECT kafka.grant_roles();
