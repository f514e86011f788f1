-- The claim of an append that claims and writes in one statement: whether each of its partitions ended where the broker thought,
-- under its lease, with no fence up. Otherwise the statement ends here, and with it its transaction.
CREATE FUNCTION kafka.require_claims(claimed bigint, wanted integer) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF claimed <> wanted THEN
        RAISE EXCEPTION '% of % partitions could not be claimed', wanted - claimed, wanted USING ERRCODE = 'TR001';
    END IF;
    RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION kafka.require_claims(bigint, integer) FROM PUBLIC;
