'use strict'

// Serves KafkaJS to the tests; ../python/driver.py describes the commands and answers.

const readline = require('readline')
const { randomUUID } = require('crypto')
const { Kafka, CompressionTypes, CompressionCodecs, Partitioners, PartitionAssigners, logLevel } = require('kafkajs')
const snappy = require('kafkajs-snappy')
const lz4 = require('lz4js')
const { ZstdCodec } = require('zstd-codec')

const encode = bytes => (bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('base64'))
const decode = text => (text === null ? null : Buffer.from(text, 'base64'))
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

const zstd = new Promise(resolve => ZstdCodec.run(codec => resolve(new codec.Simple())))
CompressionCodecs[CompressionTypes.Snappy] = snappy
// lz4js says that blocks depend on each other, which Kafka refuses; with less than a block of 4 MB it need not.
const independentBlock = frame => {
  frame[4] = 0x60
  frame[6] = 0x73 // the checksum of the header
  return frame
}
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async encoder => independentBlock(Buffer.from(lz4.compress(encoder.buffer))),
  decompress: async buffer => Buffer.from(lz4.decompress(buffer)),
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async encoder => Buffer.from((await zstd).compress(encoder.buffer)),
  decompress: async buffer => Buffer.from((await zstd).decompress(buffer)),
})
const CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

class Failure extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

// Kafka's own number, wherever KafkaJS has wrapped it.
function codeOf(error) {
  if (!error) return -1
  if (Number.isInteger(error.code)) return error.code
  if (Number.isInteger(error.errorCode)) return error.errorCode
  const inner = error.cause || [error.errors, error.groups, error.partitions].filter(Boolean).flat()[0]
  return inner && inner !== error ? codeOf(inner) : codeOf(error.error)
}

const client = (bootstrap, more = {}) =>
  new Kafka({
    brokers: [bootstrap],
    clientId: 'e2e',
    requestTimeout: 30000,
    retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => entry => process.stderr.write(JSON.stringify(entry.log) + '\n'),
    ...more,
  })

const groupedByTopic = rows => {
  const topics = new Map()
  for (const [topic, ...rest] of rows) {
    if (!topics.has(topic)) topics.set(topic, [])
    topics.get(topic).push(rest)
  }
  return topics
}

async function fetchCommitted(admin, groupId, partitions) {
  const found = []
  for (const [topic, rest] of groupedByTopic(partitions)) {
    const wanted = rest.map(([partition]) => partition)
    for (const answer of await admin.fetchOffsets({ groupId, topics: [topic] })) {
      for (const { partition, offset, metadata } of answer.partitions) {
        if (wanted.includes(partition) && BigInt(offset) >= 0n) found.push([topic, partition, offset, metadata || ''])
      }
    }
  }
  return found
}

class Cluster {
  constructor(bootstrap) {
    this.admin = client(bootstrap, { retry: { initialRetryTime: 50, retries: 5 } }).admin()
  }

  async connect() {
    this.connected = this.connected || this.admin.connect()
    await this.connected
  }

  async create_topic({ name, partitions, config }) {
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }))
    const topics = [{ topic: name, numPartitions: partitions, replicationFactor: 1, configEntries }]
    if (!(await this.admin.createTopics({ topics }))) throw new Failure(36, `topic ${name} exists`)
  }

  async delete_topic({ name }) {
    await this.admin.deleteTopics({ topics: [name] })
  }

  async create_partitions({ name, total }) {
    await this.admin.createPartitions({ topicPartitions: [{ topic: name, count: total }] })
  }

  async list_topics() {
    return this.admin.listTopics()
  }

  async partition_count({ name }) {
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [name] })
    return topics[0].partitions.length
  }

  async topic_config({ name }) {
    const { resources } = await this.admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name }] })
    return Object.fromEntries(resources[0].configEntries.map(e => [e.configName, e.configValue]))
  }

  // AlterConfigs, not the incremental one: what is not named goes back to its default.
  async alter_topic_config({ name, config }) {
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }))
    await this.admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] })
  }

  async delete_records({ topic, partition, offset }) {
    // KafkaJS looks for the leader before it has asked for it.
    await this.admin.fetchTopicOffsets(topic)
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset }] })
    const offsets = await this.admin.fetchTopicOffsets(topic)
    return offsets.find(o => o.partition === partition).low
  }

  async list_offsets({ partitions, at }) {
    const found = []
    for (const [topic, rest] of groupedByTopic(partitions)) {
      const ends = at === 'earliest' || at === 'latest'
      const offsets = ends
        ? await this.admin.fetchTopicOffsets(topic)
        : await this.admin.fetchTopicOffsetsByTimestamp(topic, Number(at))
      for (const [partition] of rest) {
        const answer = offsets.find(o => o.partition === partition)
        found.push([topic, partition, ends ? (at === 'earliest' ? answer.low : answer.high) : answer.offset])
      }
    }
    return found
  }

  async list_groups() {
    return (await this.admin.listGroups()).groups.map(group => group.groupId)
  }

  async describe_group({ group }) {
    const { groups } = await this.admin.describeGroups([group])
    if (groups[0].errorCode !== 0) throw new Failure(groups[0].errorCode, 'describeGroups')
    const members = groups[0].members.map(m => ({ id: m.memberId, client: m.clientId, instance: null, partitions: [] }))
    return { state: groups[0].state, assignor: groups[0].protocol, members }
  }

  async delete_group({ group }) {
    await this.admin.deleteGroups([group])
  }

  async committed({ group, partitions }) {
    return fetchCommitted(this.admin, group, partitions)
  }

  async alter_offsets({ group, offsets }) {
    for (const [topic, rest] of groupedByTopic(offsets)) {
      const partitions = rest.map(([partition, offset, metadata]) => ({ partition, offset, metadata }))
      await this.admin.setOffsets({ groupId: group, topic, partitions })
    }
  }
}

class Producer {
  constructor({ bootstrap, settings }) {
    this.settings = settings
    const limitMs = settings.delivery_timeout_ms
    const config = {
      allowAutoTopicCreation: true,
      idempotent: settings.idempotent || settings.transactional_id !== null,
      maxInFlightRequests: settings.idempotent ? 1 : null,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: limitMs < 30000 ? 3 : 10 },
      // Tells which partition was chosen.
      createPartitioner: () => {
        const partitioner = Partitioners.DefaultPartitioner()
        return args => {
          const partition = partitioner(args)
          this.chosen.push(partition)
          return partition
        }
      },
    }
    if (settings.transactional_id) {
      config.transactionalId = settings.transactional_id
      config.transactionTimeout = settings.transaction_timeout_ms
      config.maxInFlightRequests = 1
    }
    this.chosen = []
    this.kafka = client(bootstrap, { requestTimeout: Math.min(30000, limitMs) })
    this.producer = this.kafka.producer(config)
  }

  async open() {
    if (!this.settings.transactional_id) await this.producer.connect()
  }

  async init() {
    await this.producer.connect()
  }

  async send({ records }) {
    const sender = this.transaction || this.producer
    const places = []
    for (const [topic, rest] of groupedByTopic(records.map((r, index) => [r.topic, r, index]))) {
      const messages = rest.map(([r]) => this.message(r))
      this.chosen = []
      const acks = this.settings.acks === 'all' ? -1 : Number(this.settings.acks)
      const answers = await sender.send({ topic, acks, compression: CODECS[this.settings.codec], messages })
      const next = new Map((answers || []).map(a => [a.partition, BigInt(a.baseOffset)]))
      const chosen = this.chosen.slice(-messages.length)
      rest.forEach(([, index], i) => {
        const offset = next.has(chosen[i]) ? next.get(chosen[i]) : -1n
        next.set(chosen[i], offset < 0n ? offset : offset + 1n)
        places[index] = [chosen[i], offset.toString()]
      })
    }
    return places
  }

  message(record) {
    const headers = {}
    for (const [name, value] of record.headers) {
      const content = decode(value)
      headers[name] = name in headers ? [].concat(headers[name], [content]) : content
    }
    const message = { key: decode(record.key), value: decode(record.value), headers }
    if (record.partition !== null) message.partition = record.partition
    if (record.timestamp !== null) message.timestamp = record.timestamp
    return message
  }

  async begin() {
    this.transaction = await this.producer.transaction()
  }

  async commit() {
    const transaction = this.transaction
    this.transaction = null
    await transaction.commit()
  }

  async abort() {
    const transaction = this.transaction
    this.transaction = null
    await transaction.abort()
  }

  async send_offsets({ group, offsets }) {
    const topics = []
    for (const [topic, rest] of groupedByTopic(offsets)) {
      topics.push({ topic, partitions: rest.map(([partition, offset]) => ({ partition, offset })) })
    }
    await this.transaction.sendOffsets({ consumerGroupId: group, topics })
  }

  async close() {
    await this.producer.disconnect()
  }
}

class Consumer {
  constructor({ bootstrap, settings }) {
    this.settings = settings
    this.group = settings.group || `none-${randomUUID()}`
    this.kafka = client(bootstrap)
    this.consumer = this.kafka.consumer({
      groupId: this.group,
      partitionAssigners: [PartitionAssigners.roundRobin],
      sessionTimeout: settings.session_timeout_ms,
      rebalanceTimeout: 20000,
      heartbeatInterval: settings.heartbeat_interval_ms,
      minBytes: settings.fetch_min_bytes,
      maxWaitTimeInMs: settings.fetch_max_wait_ms,
      maxBytesPerPartition: 20000000,
      readUncommitted: settings.isolation === 'read_uncommitted',
      metadataMaxAge: 1000,
      allowAutoTopicCreation: false,
    })
    this.received = []
    this.assigned = []
    this.from = null
    this.positions = new Map()
    this.consumer.on('consumer.group_join', ({ payload }) => {
      this.assigned = Object.entries(payload.memberAssignment).flatMap(([t, ps]) => ps.map(p => [t, p]))
    })
    this.consumer.on('consumer.rebalancing', () => (this.assigned = []))
    this.consumer.on('consumer.crash', ({ payload }) => (this.failure = payload.restart ? undefined : payload.error))
  }

  async open() {
    await this.consumer.connect()
  }

  // KafkaJS has no consumer without a group: one of its own, that reads from there.
  async assign({ offsets }) {
    this.from = new Map(offsets.map(([topic, partition, offset]) => [`${topic}/${partition}`, BigInt(offset)]))
    await this.start([...groupedByTopic(offsets).keys()], true)
    for (const [topic, partition, offset] of offsets) this.consumer.seek({ topic, partition, offset })
  }

  async subscribe({ topics }) {
    await this.start(topics, this.settings.reset === 'earliest')
  }

  async start(topics, fromBeginning) {
    await this.consumer.subscribe({ topics, fromBeginning })
    await this.consumer.run({
      autoCommit: this.settings.auto_commit,
      autoCommitInterval: this.settings.auto_commit_interval_ms,
      eachBatch: async ({ batch }) => this.receive(batch),
    })
  }

  receive(batch) {
    const name = `${batch.topic}/${batch.partition}`
    const from = this.from === null ? 0n : this.from.get(name)
    if (from === undefined) return
    this.positions.set(name, (BigInt(batch.lastOffset()) + 1n).toString())
    for (const message of batch.messages) {
      if (BigInt(message.offset) >= from) this.received.push(this.record(batch, message))
    }
  }

  record(batch, { offset, timestamp, key, value, headers }) {
    const rows = Object.entries(headers || {}).flatMap(([name, content]) => [].concat(content).map(c => [name, encode(c)]))
    const place = { topic: batch.topic, partition: batch.partition, offset, timestamp }
    return { ...place, key: encode(key), value: encode(value), headers: rows }
  }

  async take({ count, limit_ms: limitMs }) {
    const limit = Date.now() + limitMs
    while (this.received.length < count && Date.now() < limit && !this.failure) await sleep(20)
    if (this.failure && this.received.length === 0) {
      const failure = this.failure
      this.failure = undefined
      throw failure
    }
    return this.received.splice(0, count)
  }

  async assignment() {
    return this.assigned
  }

  async seek({ topic, partition, offset }) {
    this.received = []
    if (this.from !== null) this.from.set(`${topic}/${partition}`, BigInt(offset))
    this.consumer.seek({ topic, partition, offset })
  }

  async position({ topic, partition }) {
    return this.positions.get(`${topic}/${partition}`) || '-1'
  }

  async commit({ offsets }) {
    await this.consumer.commitOffsets(
      offsets.map(([topic, partition, offset, metadata]) => ({ topic, partition, offset, metadata }))
    )
  }

  async committed({ partitions }) {
    const admin = this.kafka.admin()
    await admin.connect()
    try {
      return await fetchCommitted(admin, this.group, partitions)
    } finally {
      await admin.disconnect()
    }
  }

  // Waits for the fetch that is under way; one that leaves no group behind need not.
  async close() {
    const disconnected = this.consumer.disconnect()
    if (this.settings.group !== null) await disconnected
  }
}

const handles = new Map()
const clusters = new Map()
const tails = new Map()

async function execute({ handle, op, args }) {
  if (handle === null) {
    const { bootstrap, ...rest } = args
    if (!clusters.has(bootstrap)) clusters.set(bootstrap, new Cluster(bootstrap))
    const cluster = clusters.get(bootstrap)
    await cluster.connect()
    return cluster[op](rest)
  }
  if (op === 'open') {
    const opened = args.kind === 'producer' ? new Producer(args) : new Consumer(args)
    handles.set(handle, opened)
    return opened.open()
  }
  const opened = handles.get(handle)
  if (op === 'close') handles.delete(handle)
  return opened[op](args)
}

async function serve(command) {
  let answer
  try {
    const result = await execute(command)
    answer = { id: command.id, result: result === undefined ? null : result }
  } catch (error) {
    process.stderr.write(`${error && error.stack}\n`)
    answer = { id: command.id, error: { code: codeOf(error), message: `${error && error.name}: ${error && error.message}` } }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}

// The commands of a handle run in their order; waiting for records holds up none.
readline.createInterface({ input: process.stdin }).on('line', line => {
  const command = JSON.parse(line)
  const key = command.handle === null ? 'cluster' : command.handle
  if (command.op === 'take') {
    serve(command)
  } else {
    tails.set(key, (tails.get(key) || Promise.resolve()).then(() => serve(command)))
  }
}).on('close', () => process.exit(0))
process.on('unhandledRejection', error => process.stderr.write(`unhandled: ${error && error.stack}\n`))
