import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AsyncMessage, Connection, Consumer, ConsumerStatus, Publisher } from 'rabbitmq-client'
import type { Log } from '../../../component.ts'
import { messageOf } from '../../../errors.ts'
import { amqpReason, deadLetterNames, declareQueue, isMissing, openAmqp } from '../../../lib/amqp/amqp.ts'
import { pause, unlessAborted, within } from '../../../lib/deadline/deadline.ts'
import { day, week } from '../../../lib/units/time.ts'
import { offer } from '../offer.ts'
import type { Emit, Outages } from '../source.ts'
import type { AlertMessage, KeyedRecord } from './rabbitmq-message.ts'

interface ConsumeOptions {
  readonly name: string
  readonly url: string
  readonly queue: string
  readonly prefetch: number
}

interface Surroundings {
  /** Reads the records of a message. Throws if it is not valid. */
  readonly read: (message: AlertMessage) => readonly KeyedRecord[]
  readonly outages: Outages
  readonly now: () => number
  readonly log: Log
}

/** A message that is not settled yet. */
interface Waiting {
  readonly message: AsyncMessage
  settle(status: ConsumerStatus): void
}

const limits = { most: 100_000, ttl: day }
const deadLimits = { most: 50_000, ttl: week }
/** The client's codes for BasicAck and for BasicNack with requeue. */
const acknowledge = 0
const putBack = 1
const longestWait = 30_000
const closeMs = 3_000

/**
 * Consumes messages from a queue until the signal aborts. A message is acknowledged when its records are durable. A message that is not
 * valid is dead-lettered with the reason, and acknowledged when it is safe there. A redelivered message changes nothing.
 */
export const consumeMessages = async (
  options: ConsumeOptions,
  { read, outages, now, log }: Surroundings,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> => {
  const { name, queue, prefetch } = options
  const facts = { source: name, queue }
  const inbox = createInbox()
  const connection = await openAmqp(options.url, {
    connected: () => log.info(facts, 'The broker is connected.'),
    lost(reason) {
      outages.began(name, reason)
      log.warn({ ...facts, reason }, 'The connection to the broker is lost. Retrying.')
    },
  })
  const dead = connection.createPublisher({ confirm: true })
  let consumer: Consumer | undefined
  try {
    if (!(await declared(connection, queue, { ...facts, log, signal }))) return
    consumer = connection.createConsumer(
      { queue, queueOptions: { passive: true }, qos: { prefetchCount: prefetch } },
      ({ ...message }) => inbox.take(message),
    )
    consumer.on('ready', () => {
      outages.ended(name)
      log.info(facts, 'Message consumer task started')
    })
    consumer.on('error', (error: unknown) => {
      outages.began(name, amqpReason(error))
      log.warn({ ...facts, reason: amqpReason(error) }, 'The queue cannot be read. Retrying.')
      // The queue was deleted, and the client does not recreate it.
      if (isMissing(error)) void declared(connection, queue, { ...facts, log, signal })
    })
    while (!signal.aborted) {
      const batch = await inbox.next(signal)
      const bad: { readonly waiting: Waiting; readonly reason: string }[] = []
      const good: { readonly waiting: Waiting; readonly records: readonly KeyedRecord[] }[] = []
      for (const waiting of batch) {
        try {
          good.push({ waiting, records: read(waiting.message) })
        } catch (error) {
          bad.push({ waiting, reason: messageOf(error) })
        }
      }
      const keyed = good.flatMap(({ records }) => records)
      const taken =
        keyed.length === 0 ||
        (await offer(
          emit,
          keyed.map(({ record }) => record),
          undefined,
          signal,
          keyed.map(({ key }) => key),
        ))
      for (const { waiting } of good) waiting.settle(taken ? acknowledge : putBack)
      for (const { waiting, reason } of bad) {
        log.warn(
          { ...facts, reason, message_id: waiting.message.messageId },
          'A message is not valid and is dead-lettered.',
        )
        const safe = await deadLetter(dead, queue, waiting.message, { reason, at: now(), signal, log })
        waiting.settle(safe ? acknowledge : putBack)
      }
    }
  } finally {
    inbox.close()
    await inTime(Promise.all([consumer?.close(), dead.close()]))
    await inTime(connection.close())
    connection.unsafeDestroy()
  }
}

/** Collects messages while earlier ones are being stored. */
const createInbox = () => {
  let waiting: Waiting[] = []
  let signalled = Promise.withResolvers<void>()
  let closed = false
  return {
    /** Resolves with the status for the broker. */
    take(message: AsyncMessage): Promise<ConsumerStatus> {
      if (closed) return Promise.resolve(putBack)
      const { promise, resolve: settle } = Promise.withResolvers<ConsumerStatus>()
      waiting.push({ message, settle })
      signalled.resolve()
      return promise
    },
    /** Returns all waiting messages, as soon as there is one. Returns none if the signal aborts first. */
    async next(signal: AbortSignal): Promise<readonly Waiting[]> {
      const called = () => signalled.resolve()
      signal.addEventListener('abort', called, { once: true })
      if (!signal.aborted) await signalled.promise
      // Deliveries that came in one packet are stored together.
      await nextTurn()
      signal.removeEventListener('abort', called)
      signalled = Promise.withResolvers<void>()
      const batch = signal.aborted ? [] : waiting
      if (!signal.aborted) waiting = []
      return batch
    },
    close() {
      closed = true
      for (const { settle } of waiting) settle(putBack)
      waiting = []
    },
  }
}

/** Declares the queue. Returns false if the signal aborts first. */
const declared = async (
  connection: Connection,
  queue: string,
  { log, signal, ...facts }: { readonly source: string; readonly log: Log; readonly signal: AbortSignal },
): Promise<boolean> => {
  for (let wait = 1_000; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
    try {
      await unlessAborted(declareQueue(connection, queue, limits, deadLimits), signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      log.warn({ ...facts, queue, reason: amqpReason(error), again_in_ms: wait }, 'The queue cannot be declared.')
      await pause(wait, signal)
    }
  }
  return false
}

interface DeadLetterOptions {
  readonly reason: string
  readonly at: number
  readonly signal: AbortSignal
  readonly log: Log
}

/** Dead-letters a message with the reason. Returns false if the signal aborts first. */
const deadLetter = async (
  publisher: Publisher,
  queue: string,
  message: AsyncMessage,
  { reason, at, signal, log }: DeadLetterOptions,
): Promise<boolean> => {
  const dead = deadLetterNames(queue)
  const { body, headers, messageId, correlationId, contentType, contentEncoding } = message
  const envelope = {
    exchange: dead.exchange,
    routingKey: dead.queue,
    durable: true,
    ...(messageId !== undefined && { messageId }),
    ...(correlationId !== undefined && { correlationId }),
    ...(contentType !== undefined && { contentType }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    headers: {
      ...headers,
      'x-reason': reason.slice(0, 1_000),
      'x-original-queue': queue,
      'x-failed-at': new Date(at).toISOString(),
    },
  }
  for (let wait = 1_000; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
    try {
      await publisher.send(envelope, body)
      return true
    } catch (error) {
      log.warn(
        { queue: dead.queue, reason: amqpReason(error), again_in_ms: wait },
        'A message cannot be dead-lettered.',
      )
      await pause(wait, signal)
    }
  }
  return false
}

/** Waits for a connection to close, but not long, because a dead one never answers. */
const inTime = (work: Promise<unknown>): Promise<unknown> =>
  within(closeMs, work, () => undefined).catch(() => undefined)
