"""librdkafka, by confluent-kafka for Python."""

import confluent_kafka as ck
from confluent_kafka import admin as ck_admin

from driver import Driver, Failure, decode, record_json

LIMIT_S = 30
ISOLATION = {
    "read_committed": ck.IsolationLevel.READ_COMMITTED,
    "read_uncommitted": ck.IsolationLevel.READ_UNCOMMITTED,
}


def error_of(failure):
    error = failure.args[0] if failure.args else None
    if isinstance(error, ck.KafkaError):
        return (error.code() if error.code() >= 0 else -1), f"{error.name()}: {error.str()}"
    return -1, f"{type(failure).__name__}: {failure}"


def raise_if(error):
    if error is not None:
        raise ck.KafkaException(error)


def partitions_of(pairs):
    return [ck.TopicPartition(topic, partition) for topic, partition in pairs]


def offsets_of(rows):
    partitions = []
    for topic, partition, offset, metadata in rows:
        optional = {"metadata": metadata} if metadata else {}
        partitions.append(ck.TopicPartition(topic, partition, int(offset), **optional))
    return partitions


def offsets_json(partitions):
    for partition in partitions:
        raise_if(partition.error)
    return [[p.topic, p.partition, str(p.offset), p.metadata or ""] for p in partitions if p.offset >= 0]


class Cluster:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = ck_admin.AdminClient({"bootstrap.servers": bootstrap})

    @staticmethod
    def only(futures):
        return next(iter(futures.values())).result(LIMIT_S)

    def create_topic(self, name, partitions, config):
        topic = ck_admin.NewTopic(name, num_partitions=partitions, replication_factor=1, config=config)
        self.only(self.admin.create_topics([topic], request_timeout=LIMIT_S))

    def delete_topic(self, name):
        self.only(self.admin.delete_topics([name], request_timeout=LIMIT_S))

    def create_partitions(self, name, total):
        self.only(self.admin.create_partitions([ck_admin.NewPartitions(name, total)], request_timeout=LIMIT_S))

    def list_topics(self):
        return [name for name in self.admin.list_topics(timeout=LIMIT_S).topics]

    def partition_count(self, name):
        description = self.only(self.admin.describe_topics(ck.TopicCollection([name])))
        return len(description.partitions)

    def topic_config(self, name):
        resource = ck_admin.ConfigResource(ck_admin.ConfigResource.Type.TOPIC, name)
        return {entry.name: entry.value for entry in self.only(self.admin.describe_configs([resource])).values()}

    def alter_topic_config(self, name, config):
        entries = [
            ck_admin.ConfigEntry(key, value, incremental_operation=ck_admin.AlterConfigOpType.SET)
            for key, value in config.items()
        ]
        resource = ck_admin.ConfigResource(ck_admin.ConfigResource.Type.TOPIC, name, incremental_configs=entries)
        self.only(self.admin.incremental_alter_configs([resource]))

    def delete_records(self, topic, partition, offset):
        result = self.only(self.admin.delete_records([ck.TopicPartition(topic, partition, int(offset))]))
        return str(result.low_watermark)

    def list_offsets(self, partitions, at, isolation):
        specs = {
            "earliest": ck_admin.OffsetSpec.earliest,
            "latest": ck_admin.OffsetSpec.latest,
            "max": ck_admin.OffsetSpec.max_timestamp,
        }
        spec = specs[at]() if at in specs else ck_admin.OffsetSpec.for_timestamp(int(at))
        futures = self.admin.list_offsets(
            {partition: spec for partition in partitions_of(partitions)}, isolation_level=ISOLATION[isolation]
        )
        found = []
        for partition, future in futures.items():
            found.append([partition.topic, partition.partition, str(future.result(LIMIT_S).offset)])
        return found

    def list_groups(self):
        result = self.admin.list_consumer_groups(request_timeout=LIMIT_S).result(LIMIT_S)
        if result.errors:
            raise result.errors[0]
        return [group.group_id for group in result.valid]

    def describe_group(self, group):
        description = self.only(self.admin.describe_consumer_groups([group], request_timeout=LIMIT_S))
        members = [
            {
                "id": member.member_id,
                "client": member.client_id,
                "instance": member.group_instance_id,
                "partitions": [[p.topic, p.partition] for p in member.assignment.topic_partitions],
            }
            for member in description.members
        ]
        return {"state": description.state.name, "assignor": description.partition_assignor, "members": members}

    def delete_group(self, group):
        self.only(self.admin.delete_consumer_groups([group], request_timeout=LIMIT_S))

    def committed(self, group, partitions):
        request = ck.ConsumerGroupTopicPartitions(group, partitions_of(partitions))
        result = self.only(self.admin.list_consumer_group_offsets([request], request_timeout=LIMIT_S))
        return offsets_json(result.topic_partitions)

    def alter_offsets(self, group, offsets):
        request = ck.ConsumerGroupTopicPartitions(group, offsets_of(offsets))
        result = self.only(self.admin.alter_consumer_group_offsets([request], request_timeout=LIMIT_S))
        for partition in result.topic_partitions:
            raise_if(partition.error)


class Producer:
    def __init__(self, bootstrap, settings):
        config = {
            "bootstrap.servers": bootstrap,
            "acks": settings["acks"],
            "compression.type": settings["codec"],
            "enable.idempotence": settings["idempotent"],
            # As in the Java client; librdkafka's own default routes keys by CRC32.
            "partitioner": "murmur2_random",
            "linger.ms": settings["linger_ms"],
            "message.max.bytes": 20_000_000,
            "delivery.timeout.ms": settings["delivery_timeout_ms"],
            "topic.metadata.propagation.max.ms": 2000,
        }
        if settings["transactional_id"]:
            config["transactional.id"] = settings["transactional_id"]
            config["transaction.timeout.ms"] = settings["transaction_timeout_ms"]
            config["delivery.timeout.ms"] = min(settings["delivery_timeout_ms"], settings["transaction_timeout_ms"])
        self.bootstrap = bootstrap
        self.producer = ck.Producer(config)

    def send(self, records):
        results = [None] * len(records)

        def delivered(index):
            def done(error, message):
                results[index] = (error, message)

            return done

        for index, record in enumerate(records):
            optional = {}
            if record["partition"] is not None:
                optional["partition"] = record["partition"]
            if record["timestamp"] is not None:
                optional["timestamp"] = int(record["timestamp"])
            self.producer.produce(
                record["topic"],
                key=decode(record["key"]),
                value=decode(record["value"]),
                headers=[(name, decode(value)) for name, value in record["headers"]],
                on_delivery=delivered(index),
                **optional,
            )
            self.producer.poll(0)
        self.producer.flush(LIMIT_S * 2)
        return [self.place(result) for result in results]

    @staticmethod
    def place(result):
        if result is None:
            raise Failure(-1, "not delivered in time")
        raise_if(result[0])
        offset = result[1].offset()
        return [result[1].partition(), str(-1 if offset is None or offset < 0 else offset)]

    def init(self):
        self.producer.init_transactions(LIMIT_S)

    def begin(self):
        self.producer.begin_transaction()

    def commit(self):
        self.producer.commit_transaction(LIMIT_S)

    def abort(self):
        self.producer.abort_transaction(LIMIT_S)

    def send_offsets(self, group, offsets):
        consumer = ck.Consumer({"bootstrap.servers": self.bootstrap, "group.id": group})
        try:
            self.producer.send_offsets_to_transaction(offsets_of(offsets), consumer.consumer_group_metadata(), LIMIT_S)
        finally:
            consumer.close()

    def close(self):
        self.producer.purge()
        self.producer.flush(1)


class Consumer:
    def __init__(self, bootstrap, settings):
        config = {
            "bootstrap.servers": bootstrap,
            "group.id": settings["group"] or "none",
            "enable.auto.commit": settings["auto_commit"],
            "auto.commit.interval.ms": settings["auto_commit_interval_ms"],
            "auto.offset.reset": {"none": "error"}.get(settings["reset"], settings["reset"]),
            "isolation.level": settings["isolation"],
            "fetch.wait.max.ms": settings["fetch_max_wait_ms"],
            "fetch.min.bytes": settings["fetch_min_bytes"],
            "topic.metadata.refresh.interval.ms": 1000,
            "allow.auto.create.topics": False,
            "fetch.error.backoff.ms": 50,
            "max.poll.interval.ms": 20_000,
        }
        if settings["instance"]:
            config["group.instance.id"] = settings["instance"]
        if settings["protocol"] == "consumer":
            config["group.protocol"] = "consumer"
        else:
            config["session.timeout.ms"] = settings["session_timeout_ms"]
            config["heartbeat.interval.ms"] = settings["heartbeat_interval_ms"]
            config["partition.assignment.strategy"] = settings["assignor"]
        self.consumer = ck.Consumer(config)

    def assign(self, offsets):
        self.consumer.assign(offsets_of(offsets))

    def subscribe(self, topics):
        self.consumer.subscribe(topics)

    def poll(self, seconds):
        found = []
        for message in self.consumer.consume(num_messages=1000, timeout=seconds):
            raise_if(message.error())
            found.append(
                record_json(
                    message.topic(),
                    message.partition(),
                    message.offset(),
                    message.timestamp()[1],
                    message.key(),
                    message.value(),
                    message.headers(),
                )
            )
        return found

    def assignment(self):
        return [[p.topic, p.partition] for p in self.consumer.assignment()]

    def seek(self, topic, partition, offset):
        self.consumer.seek(ck.TopicPartition(topic, partition, int(offset)))

    def position(self, topic, partition):
        return str(self.consumer.position([ck.TopicPartition(topic, partition)])[0].offset)

    def commit(self, offsets):
        for partition in self.consumer.commit(offsets=offsets_of(offsets), asynchronous=False):
            raise_if(partition.error)

    def committed(self, partitions):
        return offsets_json(self.consumer.committed(partitions_of(partitions), timeout=LIMIT_S))

    def close(self):
        self.consumer.close()


if __name__ == "__main__":
    Driver(Cluster, Producer, Consumer, error_of).run()
