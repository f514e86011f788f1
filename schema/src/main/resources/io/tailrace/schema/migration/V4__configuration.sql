-- Configuration that clients change while the broker runs, other than that of topics (kafka.topics.config).

-- What was set on brokers, groups and client metrics subscriptions, under Kafka's names. What is not here is as the
-- broker's own configuration file and Kafka's defaults say.
CREATE TABLE kafka.configs (
    resource_type text NOT NULL CHECK (resource_type IN ('broker', 'group', 'client-metrics')),
    -- A broker's node id, or the empty text for all brokers; a group id; a subscription's name.
    resource_name text NOT NULL,
    config        jsonb NOT NULL,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (resource_type, resource_name)
);

-- Quotas, such as {"user": "ada", "client-id": null} → {"producer_byte_rate": 1048576}. A null name stands for every
-- user, client id or address that has no quota of its own.
CREATE TABLE kafka.client_quotas (
    entity     jsonb PRIMARY KEY CHECK (jsonb_typeof(entity) = 'object'),
    quotas     jsonb NOT NULL CHECK (jsonb_typeof(quotas) = 'object'),
    updated_at timestamptz NOT NULL DEFAULT now()
);
