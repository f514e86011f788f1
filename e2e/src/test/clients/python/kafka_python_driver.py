"""kafka-python."""

import re

import kafka
from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.protocol.consumer import IsolationLevel
from kafka.structs import OffsetAndMetadata

from driver import Driver, Failure, decode, record_json

LIMIT_S = 60
ASSIGNORS = {
    "range": RangePartitionAssignor,
    "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor,
    "cooperative-sticky": CooperativeStickyAssignor,
}


def error_of(failure):
    return getattr(failure, "errno", None) or -1, f"{type(failure).__name__}: {failure}"


def partition_of(topic, partition):
    return kafka.TopicPartition(topic, partition)


def offsets_of(rows):
    return {partition_of(row[0], row[1]): OffsetAndMetadata(int(row[2]), row[3], -1) for row in rows}


def raise_if(error):
    """An error class, as some calls return it."""
    if error is not errors.NoError and error is not None:
        raise error()


class Cluster:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = kafka.KafkaAdminClient(bootstrap_servers=bootstrap)

    def create_topic(self, name, partitions, config):
        self.admin.create_topics(
            {name: {"num_partitions": partitions, "replication_factor": 1, "configs": config}}
        )

    def delete_topic(self, name):
        self.admin.delete_topics([name])

    def create_partitions(self, name, total):
        self.admin.create_partitions({name: total})

    def list_topics(self):
        return list(self.admin.list_topics())

    def partition_count(self, name):
        topic = self.admin.describe_topics([name])[0]
        raise_if(errors.for_code(topic["error_code"]))
        return len(topic["partitions"])

    def topic_config(self, name):
        resource = ConfigResource(ConfigResourceType.TOPIC, name, None)
        found = self.admin.describe_configs([resource], config_filter="all")
        return {key: data["value"] for key, data in found["topic"][name].items()}

    def alter_topic_config(self, name, config):
        resource = ConfigResource(ConfigResourceType.TOPIC, name, config)
        outcome = self.admin.alter_configs([resource], raise_on_unknown=False)["topic"][name]
        if outcome != "OK":
            raise Failure(int(re.match(r"\[Error (\d+)]", outcome).group(1)), outcome)

    def delete_records(self, topic, partition, offset):
        partition = partition_of(topic, partition)
        return str(self.admin.delete_records({partition: int(offset)})[partition]["low_watermark"])

    def list_offsets(self, partitions, at, isolation):
        spec = {"earliest": -2, "latest": -1, "max": -3}.get(at)
        specs = {partition_of(*pair): int(at) if spec is None else spec for pair in partitions}
        found = self.admin.list_partition_offsets(specs, IsolationLevel.build_from(isolation))
        return [[p.topic, p.partition, str(place.offset)] for p, place in found.items()]

    def list_groups(self):
        return [group["group_id"] for group in self.admin.list_groups()]

    def describe_group(self, group):
        found = self.admin.describe_groups([group])[group]
        members = [
            {
                "id": member["member_id"],
                "client": member["client_id"],
                "instance": member.get("group_instance_id"),
                "partitions": [],
            }
            for member in found["members"]
        ]
        return {"state": found["group_state"], "assignor": found["protocol_data"], "members": members}

    def committed(self, group, partitions):
        wanted = [partition_of(*pair) for pair in partitions]
        found = self.admin.list_group_offsets({group: wanted})[group]
        return [[p.topic, p.partition, str(o.offset), o.metadata] for p, o in found.items() if o.offset >= 0]

    def alter_offsets(self, group, offsets):
        for outcome in self.admin.alter_group_offsets(group, offsets_of(offsets)).values():
            raise_if(outcome)


class Producer:
    def __init__(self, bootstrap, settings):
        config = {
            "bootstrap_servers": bootstrap,
            "acks": {"0": 0, "1": 1, "all": "all"}[settings["acks"]],
            "compression_type": None if settings["codec"] == "none" else settings["codec"],
            "enable_idempotence": settings["idempotent"],
            "linger_ms": settings["linger_ms"],
            "max_request_size": 20_000_000,
            "delivery_timeout_ms": settings["delivery_timeout_ms"],
            "request_timeout_ms": min(30_000, settings["delivery_timeout_ms"]),
            "bootstrap_timeout_ms": min(30_000, settings["delivery_timeout_ms"]),
            "max_block_ms": settings["delivery_timeout_ms"],
        }
        if settings["transactional_id"]:
            config["transactional_id"] = settings["transactional_id"]
            config["transaction_timeout_ms"] = settings["transaction_timeout_ms"]
        self.producer = kafka.KafkaProducer(**config)

    def send(self, records):
        futures = [
            self.producer.send(
                record["topic"],
                key=decode(record["key"]),
                value=decode(record["value"]),
                headers=[(name, decode(value)) for name, value in record["headers"]],
                partition=record["partition"],
                timestamp_ms=None if record["timestamp"] is None else int(record["timestamp"]),
            )
            for record in records
        ]
        self.producer.flush(LIMIT_S)
        places = [future.get(LIMIT_S) for future in futures]
        return [[place.partition, str(place.offset)] for place in places]

    def init(self):
        self.producer.init_transactions()

    def begin(self):
        self.producer.begin_transaction()

    def commit(self):
        self.producer.commit_transaction()

    def abort(self):
        self.producer.abort_transaction()

    def send_offsets(self, group, offsets):
        self.producer.send_offsets_to_transaction(offsets_of(offsets), group)

    def close(self):
        self.producer.close(timeout=1)


class Consumer:
    def __init__(self, bootstrap, settings):
        if settings["protocol"] == "consumer":
            raise Failure(35, "kafka-python has no KIP-848 consumer")
        self.grouped = settings["group"] is not None
        self.consumer = kafka.KafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=settings["group"],
            group_instance_id=settings["instance"],
            enable_auto_commit=settings["auto_commit"],
            auto_commit_interval_ms=settings["auto_commit_interval_ms"],
            auto_offset_reset=settings["reset"],
            isolation_level=settings["isolation"],
            fetch_max_wait_ms=settings["fetch_max_wait_ms"],
            fetch_min_bytes=settings["fetch_min_bytes"],
            session_timeout_ms=settings["session_timeout_ms"],
            heartbeat_interval_ms=settings["heartbeat_interval_ms"],
            partition_assignment_strategy=(ASSIGNORS[settings["assignor"]],),
            max_poll_interval_ms=20_000,
            metadata_max_age_ms=1000,
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=20_000_000,
        )

    def assign(self, offsets):
        self.consumer.assign([partition_of(row[0], row[1]) for row in offsets])
        for row in offsets:
            self.consumer.seek(partition_of(row[0], row[1]), int(row[2]))

    def subscribe(self, topics):
        self.consumer.subscribe(topics)

    def poll(self, seconds):
        # kafka-python forgets its assignment where a poll ends just before the answer to its SyncGroup is there, whatever
        # the broker: so a poll that joins is given more time.
        if self.grouped and self.consumer._coordinator.need_rejoin():
            seconds = 1
        found = []
        for records in self.consumer.poll(timeout_ms=int(seconds * 1000), max_records=1000).values():
            for r in records:
                found.append(record_json(r.topic, r.partition, r.offset, r.timestamp, r.key, r.value, r.headers))
        return found

    def assignment(self):
        return [[p.topic, p.partition] for p in self.consumer.assignment()]

    def seek(self, topic, partition, offset):
        self.consumer.seek(partition_of(topic, partition), int(offset))

    def position(self, topic, partition):
        return str(self.consumer.position(partition_of(topic, partition)))

    def commit(self, offsets):
        self.consumer.commit(offsets_of(offsets))

    def committed(self, partitions):
        found = []
        for topic, partition in partitions:
            place = self.consumer.committed(partition_of(topic, partition), metadata=True)
            if place is not None:
                found.append([topic, partition, str(place.offset), place.metadata])
        return found

    def close(self):
        self.consumer.close()


if __name__ == "__main__":
    Driver(Cluster, Producer, Consumer, error_of).run()
