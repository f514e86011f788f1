"""Serves a Kafka client to the tests: commands as JSON lines on standard input, answers as JSON lines on standard output.

A command is {"id", "handle", "op", "args"}; the answer {"id", "result"} or {"id", "error": {"code", "message"}}, where the
code is Kafka's own, or -1. A handle is a producer or a consumer with a thread of its own; commands without one concern the
cluster. A consumer polls from the moment it is told what to read, and keeps what it received until it is asked.
Offsets and timestamps are strings, bytes are base64. The process ends with its standard input.
"""

import base64
import collections
import json
import logging
import os
import queue
import sys
import threading
import time
import traceback

POLL_S = 0.05


def encode(value):
    return None if value is None else base64.b64encode(value).decode("ascii")


def decode(text):
    return None if text is None else base64.b64decode(text)


def record_json(topic, partition, offset, timestamp, key, value, headers):
    return {
        "topic": topic,
        "partition": partition,
        "offset": str(offset),
        "timestamp": str(timestamp),
        "key": encode(key),
        "value": encode(value),
        "headers": [[name, encode(content)] for name, content in headers or []],
    }


class Failure(Exception):
    """An error by Kafka's own number."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Output:
    """Thread-safe."""

    def __init__(self):
        self.lock = threading.Lock()
        # Whatever a library prints must not come between the answers.
        self.stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(self, answer):
        line = json.dumps(answer) + "\n"
        with self.lock:
            self.stream.write(line)
            self.stream.flush()


class Worker(threading.Thread):
    """Runs the commands of one handle in their order."""

    def __init__(self, driver):
        super().__init__(daemon=True)
        self.driver = driver
        self.commands = queue.Queue()
        self.closed = False

    def run(self):
        while not self.closed:
            self.execute(self.commands.get())

    def execute(self, command):
        try:
            self.driver.answer(command, self.call(command["op"], command["args"]))
        except Exception as e:
            self.driver.fail(command, e)


class ClusterWorker(Worker):
    def __init__(self, driver, cluster):
        super().__init__(driver)
        self.cluster = cluster

    def call(self, op, args):
        return getattr(self.cluster, op)(**args)


class ProducerWorker(Worker):
    def __init__(self, driver, factory):
        super().__init__(driver)
        self.factory = factory
        self.producer = None

    def call(self, op, args):
        if op == "open":
            self.producer = self.factory(**args)
            return None
        if op == "close":
            self.closed = True
        return getattr(self.producer, op)(**args)


class ConsumerWorker(Worker):
    def __init__(self, driver, factory):
        super().__init__(driver)
        self.factory = factory
        self.consumer = None
        self.received = collections.deque()
        self.polling = False
        self.failure = None
        self.taker = None

    def run(self):
        while not self.closed:
            self.run_commands()
            if self.polling and not self.closed:
                self.poll()
            self.serve_taker()

    def run_commands(self):
        while not self.closed:
            try:
                wait = not self.polling and self.taker is None
                self.execute(self.commands.get(timeout=POLL_S if wait else None, block=wait))
            except queue.Empty:
                return

    def poll(self):
        try:
            self.received.extend(self.consumer.poll(POLL_S))
        except Exception as e:
            self.failure = e
            time.sleep(POLL_S)

    def execute(self, command):
        if command["op"] == "take":
            limit = time.monotonic() + command["args"]["limit_ms"] / 1000
            self.taker = (command, command["args"]["count"], limit)
        else:
            super().execute(command)

    def serve_taker(self):
        if self.taker is None:
            return
        command, count, limit = self.taker
        if len(self.received) >= count or time.monotonic() >= limit:
            self.taker = None
            taken = [self.received.popleft() for _ in range(min(count, len(self.received)))]
            if not taken and self.failure is not None:
                self.driver.fail(command, self.failure)
                self.failure = None
            else:
                self.driver.answer(command, taken)
        elif self.failure is not None:
            self.taker = None
            self.driver.fail(command, self.failure)
            self.failure = None
        elif not self.polling:
            time.sleep(POLL_S)

    def call(self, op, args):
        if op == "open":
            self.consumer = self.factory(**args)
            return None
        if op in ("assign", "subscribe"):
            self.polling = True
        if op == "seek":
            self.received.clear()
        if op == "close":
            self.closed = True
        return getattr(self.consumer, op)(**args)


class Driver:
    """Dispatches commands until standard input ends."""

    def __init__(self, cluster_factory, producer_factory, consumer_factory, error_of):
        self.output = Output()
        self.cluster_factory = cluster_factory
        self.factories = {
            "producer": lambda: ProducerWorker(self, producer_factory),
            "consumer": lambda: ConsumerWorker(self, consumer_factory),
        }
        self.error_of = error_of
        self.workers = {}
        self.clusters = {}

    def run(self):
        # Errors of the library go to the log of this process; with TAILRACE_CLIENT_LOG=DEBUG everything.
        logging.basicConfig(level=os.environ.get("TAILRACE_CLIENT_LOG", "ERROR"), format="%(asctime)s %(message)s")
        for line in sys.stdin:
            command = json.loads(line)
            self.worker(command).commands.put(command)
        os._exit(0)

    def worker(self, command):
        handle = command.get("handle")
        if handle is None:
            return self.cluster(command["args"].pop("bootstrap"))
        if command["op"] == "open":
            worker = self.factories[command["args"].pop("kind")]()
            self.workers[handle] = worker
            worker.start()
        elif command["op"] == "close":
            return self.workers.pop(handle)
        return self.workers[handle]

    def cluster(self, bootstrap):
        if bootstrap not in self.clusters:
            worker = ClusterWorker(self, self.cluster_factory(bootstrap))
            self.clusters[bootstrap] = worker
            worker.start()
        return self.clusters[bootstrap]

    def answer(self, command, result):
        self.output.write({"id": command["id"], "result": result})

    def fail(self, command, failure):
        code, message = (failure.code, str(failure)) if isinstance(failure, Failure) else self.error_of(failure)
        if code == -1:
            traceback.print_exception(failure)
        self.output.write({"id": command["id"], "error": {"code": code, "message": message}})
