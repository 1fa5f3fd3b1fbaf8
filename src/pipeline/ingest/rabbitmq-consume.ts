import type { AsyncMessage, Connection, Consumer, ConsumerStatus, Publisher } from 'rabbitmq-client'
import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { deadLetterNames, declareQueue, isMissing, openAmqp, reasonOf } from '../../lib/amqp/amqp.ts'
import { offer, pause } from './offer.ts'
import { type KeyedRecord, type ReadAlerts, readMessage } from './rabbitmq-message.ts'
import type { Emit, Outages } from './source.ts'

interface ConsumeOptions {
  readonly name: string
  readonly url: string
  readonly queue: string
  readonly prefetch: number
}

interface Surroundings {
  readonly readAlerts: ReadAlerts
  readonly outages: Outages
  readonly now: () => number
  readonly log: Log
}

/** A message that waits for its end. */
interface Waiting {
  readonly message: AsyncMessage
  settle(status: ConsumerStatus): void
}

const hour = 3_600_000
const limits = { most: 100_000, ttl: 24 * hour }
const deadLimits = { most: 50_000, ttl: 7 * 24 * hour }
/** BasicAck, and BasicNack back into the queue, as the client numbers them. */
const acknowledge = 0
const putBack = 1
const longestWait = 30_000
const farewellMs = 3_000

/**
 * Takes alerts from a queue until the signal aborts. A message is acknowledged when its alerts are durable; what is no alert goes to the
 * dead letters with the reason, and is acknowledged when it is safe there. One that comes again changes nothing.
 */
export const consumeAlerts = async (
  options: ConsumeOptions,
  { readAlerts, outages, now, log }: Surroundings,
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
      log.warn({ ...facts, reason }, 'The broker is lost; it is tried again.')
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
      outages.began(name, reasonOf(error))
      log.warn({ ...facts, reason: reasonOf(error) }, 'The queue cannot be read; it is tried again.')
      // Somebody took it away: the client only looks whether it is back.
      if (isMissing(error)) void declared(connection, queue, { ...facts, log, signal })
    })
    while (!signal.aborted) {
      const batch = await inbox.next(signal)
      const bad: { readonly waiting: Waiting; readonly reason: string }[] = []
      const good: { readonly waiting: Waiting; readonly records: readonly KeyedRecord[] }[] = []
      for (const waiting of batch) {
        try {
          good.push({ waiting, records: readMessage(waiting.message, { source: name, now: now(), readAlerts }) })
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
        log.warn({ ...facts, reason, message_id: waiting.message.messageId }, 'A message is no alert; it is set aside.')
        const safe = await setAside(dead, queue, waiting.message, { reason, at: now(), signal, log })
        waiting.settle(safe ? acknowledge : putBack)
      }
    }
  } finally {
    inbox.close()
    await within(farewellMs, Promise.all([consumer?.close(), dead.close()]))
    await within(farewellMs, connection.close())
    connection.unsafeDestroy()
  }
}

/** Collects messages while others are on their way to the disk. */
const createInbox = () => {
  let waiting: Waiting[] = []
  let bell = Promise.withResolvers<void>()
  let closed = false
  return {
    /** Resolves with what is to be told of the message. */
    take(message: AsyncMessage): Promise<ConsumerStatus> {
      if (closed) return Promise.resolve(putBack)
      const { promise, resolve: settle } = Promise.withResolvers<ConsumerStatus>()
      waiting.push({ message, settle })
      bell.resolve()
      return promise
    },
    /** All that wait, as soon as one does; none when the signal came first. */
    async next(signal: AbortSignal): Promise<readonly Waiting[]> {
      const called = () => bell.resolve()
      signal.addEventListener('abort', called, { once: true })
      if (!signal.aborted) await bell.promise
      signal.removeEventListener('abort', called)
      bell = Promise.withResolvers<void>()
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

/** Makes sure that the queue is there; false when the signal came first. */
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
      log.warn({ ...facts, queue, reason: reasonOf(error), again_in_ms: wait }, 'The queue cannot be declared.')
      await pause(wait, signal)
    }
  }
  return false
}

interface SettingAside {
  readonly reason: string
  readonly at: number
  readonly signal: AbortSignal
  readonly log: Log
}

/** Puts a message among the dead letters, with the reason; false when the signal came first. */
const setAside = async (
  publisher: Publisher,
  queue: string,
  message: AsyncMessage,
  { reason, at, signal, log }: SettingAside,
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
      log.warn({ queue: dead.queue, reason: reasonOf(error), again_in_ms: wait }, 'A dead letter cannot be put away.')
      await pause(wait, signal)
    }
  }
  return false
}

const unlessAborted = async <Answer>(work: Promise<Answer>, signal: AbortSignal): Promise<Answer> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const called = () => reject(new Error('aborted'))
  promise.catch(() => undefined)
  signal.addEventListener('abort', called, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', called)
    // What nobody waits for any more may fail.
    work.catch(() => undefined)
  }
}

/** Waits for a farewell, but not for long: a broken line has none. */
const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  const timer = Promise.withResolvers<void>()
  const handle = setTimeout(timer.resolve, ms)
  await Promise.race([work.catch(() => undefined), timer.promise])
  clearTimeout(handle)
}
