import type { Publisher } from 'rabbitmq-client'
import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { amqpReason, declareQueue, openAmqp } from '../../lib/amqp/amqp.ts'
import { unlessAborted, unlessStuck, within } from '../../lib/deadline/deadline.ts'
import { day, week } from '../../lib/units/time.ts'
import { type AlertResult, type PublishedStage, toStageMessage } from './alert-result.ts'

interface Outbox {
  /** Returns unsent results, oldest first. */
  due(limit: number): Promise<readonly AlertResult[]>
  /** Removes sent results. */
  removeSent(results: readonly AlertResult[]): Promise<void>
}

/** The queues to publish to. An empty name is none. */
export interface PublishQueues extends Readonly<Record<PublishedStage, string>> {
  readonly results: string
}

interface PublishOptions {
  readonly url: string
  readonly queues: PublishQueues
  readonly outbox: Outbox
  readonly log: Log
  /** Receives the beginning and end of outages of the broker. */
  readonly outages: { began(name: string, reason: string): void; ended(name: string): void }
}

export interface ResultPublisher {
  /** The name under which outages are reported. */
  readonly name: string
  /** Publishes soon, after the current transaction has committed. */
  wake(): void
  /** Publishes results until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

const page = 200
const wakeMs = 100
const lookMs = 5_000
const shortestWait = 1_000
const longestWait = 30_000
/** As the consumers of the triage services declare these queues: the broker refuses a consumer that declares one otherwise. */
const limits = { most: 100_000, ttl: day }
const deadLimits = { most: 50_000, ttl: week }
const closeMs = 3_000

const publishedStages: readonly PublishedStage[] = ['normalized', 'enriched', 'contextualized']

/** Publishes triage results, and the earlier messages of each where they have a queue. Each stays in the outbox until the broker confirms it. After a crash it is sent again with the same id. */
export const createResultPublisher = ({ url, queues, outbox, log, outages }: PublishOptions): ResultPublisher => {
  const { results: resultQueue, ...byStage } = queues
  const stages = publishedStages.flatMap((stage) => (byStage[stage] === '' ? [] : [{ stage, queue: byStage[stage] }]))
  const named = [...(resultQueue === '' ? [] : [resultQueue]), ...stages.map(({ queue }) => queue)]
  const name = `queue ${named[0]}`
  let signalled = Promise.withResolvers<void>()
  let connected = Promise.withResolvers<void>()

  const publish = async (publisher: Publisher, results: readonly AlertResult[]): Promise<void> => {
    const send = (
      { priority, body: result }: AlertResult,
      queue: string,
      { type, message_id, body }: NonNullable<ReturnType<typeof toStageMessage>>,
    ) =>
      publisher.send(
        {
          routingKey: queue,
          durable: true,
          priority,
          messageId: message_id,
          correlationId: correlationOf(result),
          contentType: 'application/json',
          type,
          appId: 'vedette',
        },
        // Send bytes, because the body is already JSON.
        Buffer.from(body),
      )
    const sent = await Promise.allSettled(
      results.map(async (result) => {
        for (const { stage, queue } of stages) {
          const message = toStageMessage(stage, result.body)
          if (message) await send(result, queue, message)
        }
        if (resultQueue !== '') await send(result, resultQueue, { ...result, type: 'alert.result' })
      }),
    )
    await outbox.removeSent(results.filter((_, index) => sent[index]?.status === 'fulfilled'))
    const failed = sent.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  return {
    name,

    wake() {
      setTimeout(() => signalled.resolve(), wakeMs).unref()
    },

    async run(signal) {
      let isDeclared = false
      const connection = await openAmqp(url, {
        connected() {
          connected.resolve()
          signalled.resolve()
        },
        lost(reason) {
          // The outage ends when the queue has been declared again, even without results to send.
          isDeclared = false
          outages.began(name, reason)
          log.warn({ queues: named, reason }, 'The connection to the broker is lost. Retrying.')
        },
      })
      const publisher = connection.createPublisher({ confirm: true })
      let wait = shortestWait
      while (!signal.aborted) {
        connected = Promise.withResolvers<void>()
        try {
          if (!isDeclared) {
            for (const queue of named) await unlessAborted(declareQueue(connection, queue, limits, deadLimits), signal)
          }
          isDeclared = true
          const results = await outbox.due(page)
          if (results.length > 0) await unlessStuck(closeMs, publish(publisher, results), signal)
          // The broker may have been lost in the meantime, and the outbox does not show it.
          if (!isDeclared) continue
          outages.ended(name)
          wait = shortestWait
          if (results.length < page) {
            await either(lookMs, signalled.promise, signal)
            signalled = Promise.withResolvers<void>()
          }
        } catch (error) {
          if (signal.aborted) break
          // The queue may have been deleted, so declare it again.
          isDeclared = false
          outages.began(name, amqpReason(error))
          log.warn({ queues: named, reason: messageOf(error), again_in_ms: wait }, 'Results could not be published.')
          await either(wait, connected.promise, signal)
          wait = Math.min(wait * 2, longestWait)
        }
      }
      const closed = publisher.close().then(() => connection.close())
      await within(closeMs, closed, () => undefined).catch(() => undefined)
      connection.unsafeDestroy()
    },
  }
}

const correlationOf = (body: string): string => {
  const parsed: { readonly data?: { readonly correlation_id?: unknown } } = JSON.parse(body)
  return String(parsed.data?.correlation_id)
}

/** Waits for a time, a promise or the signal, whichever comes first. */
const either = (ms: number, something: Promise<unknown>, signal: AbortSignal): Promise<unknown> =>
  within(ms, unlessAborted(something, signal), () => undefined).catch(() => undefined)
