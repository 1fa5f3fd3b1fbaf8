import type { Consumer, Message } from '@platformatic/kafka'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { unlessAborted, unlessStuck, within } from '../../../lib/deadline/deadline.ts'
import {
  kafkaConnection,
  kafkaConnectionFaults,
  kafkaTopic,
  toKafkaClient,
} from '../../../lib/kafka/kafka-connection.ts'
import { offer } from '../offer.ts'
import type { Emit, Outages, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { createArrivals } from './arrivals.ts'
import { toKeyedRecords } from './keyed-records.ts'

const options = z
  .strictObject({
    name: z.string().min(1).describe('The source of its events.'),
    ...kafkaConnection,
    topics: z.array(kafkaTopic).min(1).describe('The topics to read.'),
    group: z.string().min(1).max(249).default('vedette').describe('The consumer group.'),
    from: z.enum(['start', 'end']).default('start').describe('Where a new group starts.'),
    zone,
  })
  .superRefine((given, { addIssue }) => {
    for (const { path, message } of kafkaConnectionFaults(given)) addIssue({ code: 'custom', path: [path], message })
  })

type KafkaOptions = z.output<typeof options>

/** Declares the source that reads Kafka topics. */
export const kafkaSource = (outages: Outages): Component<typeof options, Source> => ({
  name: 'kafka',
  summary: 'Reads Kafka topics as a member of a consumer group. Commits the offsets of messages that are on disk.',
  options,
  create: (given, { now }) => ({
    run: (emit, signal) => readTopics(given, { now, outages, emit }, signal),
  }),
})

interface Surroundings {
  readonly now: () => number
  readonly outages: Outages
  readonly emit: Emit
}

/** How many messages may wait in memory. */
const mostWaiting = 2_000
const closeMs = 3_000
/** How long a commit may take once the source is stopped, in ms. Messages that are not committed are read again, and skipped. */
const commitMs = 1_500
/**
 * How long the brokers may take to let a member in, and to answer its heartbeats, in ms. Other members may need to leave first. The client
 * itself tries for minutes, or forever.
 */
const answerMs = 60_000
const watchMs = 5_000

/** Reads until the signal aborts. Throws if the connection is lost. */
const readTopics = async (
  given: KafkaOptions,
  { now, outages, emit }: Surroundings,
  signal: AbortSignal,
): Promise<void> => {
  const { name, topics, group, from, zone: zoneMinutes } = given
  const { Consumer } = await import('@platformatic/kafka')
  const consumer: Consumer = new Consumer({
    ...toKafkaClient(given),
    groupId: group,
    autocommit: false,
    maxWaitTime: 500,
    retries: 3,
    retryDelay: 500,
  })
  const silent = () => new Error(`The brokers did not answer within ${answerMs / 1000} s.`)
  const arrivals = createArrivals<Message>()
  const fail = (error: Error) => arrivals.fail(error)
  consumer.on('error', fail)
  let heardAt = performance.now()
  const hear = () => {
    heardAt = performance.now()
  }
  consumer.on('consumer:heartbeat:end', hear)
  // The client's own alarm about heartbeats waits for requests that also go unanswered.
  const watch = setInterval(() => {
    if (performance.now() - heardAt > answerMs) fail(silent())
  }, watchMs)
  try {
    const joining = consumer.consume({
      topics,
      mode: 'committed',
      fallbackMode: from === 'start' ? 'earliest' : 'latest',
      highWaterMark: mostWaiting,
    })
    const stream = await within(answerMs, unlessAborted(joining, signal), () => {
      throw silent()
    })
    hear()
    stream.on('error', fail)
    stream.on('close', () => fail(new Error('The connection was closed.')))
    stream.on('data', (message) => {
      arrivals.push(message)
    })
    outages.ended(name)
    while (!signal.aborted) {
      const messages = await arrivals.next(signal)
      if (messages.length === 0) continue
      stream.pause()
      const { records, keys } = toKeyedRecords(
        // The time keeps a topic apart from an earlier one of the same name.
        messages.map(({ topic, partition, offset, timestamp, value }) => ({
          id: `${topic} ${partition} ${offset} ${timestamp}`,
          body: value?.toString('utf8') ?? '',
        })),
        { source: name, now: now(), zoneMinutes },
      )
      if (records.length > 0 && !(await offer(emit, records, undefined, signal, keys))) return
      await unlessStuck(commitMs, consumer.commit({ offsets: lastOf(messages) }), signal)
      stream.resume()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    clearInterval(watch)
    await within(closeMs, consumer.close(true), () => undefined).catch(() => undefined)
  }
}

/** Returns the position after the last message of each partition. */
const lastOf = (messages: readonly Message[]) => {
  const last = new Map(messages.map((message) => [`${message.topic} ${message.partition}`, message]))
  return [...last.values()].map(({ topic, partition, offset, leaderEpoch }) => ({
    ...{ topic, partition, leaderEpoch },
    offset: offset + 1n,
  }))
}
