import { describe } from 'vitest'
import { z } from 'zod'
import { declareQueue } from '../../src/lib/amqp/amqp.ts'
import { day, week } from '../../src/lib/units/time.ts'
import { readAlerts } from '../../src/operations/alerts/foreign-alerts.ts'
import { rabbitmqSource } from '../../src/pipeline/ingest/rabbitmq/rabbitmq.ts'
import { describeSource } from '../../src/pipeline/ingest/source.conformance.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { describeQueueSource, describeRedelivery } from './queue-source.ts'
import { findRabbitmq, openQueues } from './rabbitmq.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const described = z.looseObject({ description: z.string() })
const toAlert = (line: string) => ({
  alert_id: line.split(' ').at(-1),
  timestamp: '2026-01-15T10:00:00Z',
  alert_type: 'malware',
  severity: 'high',
  description: line,
})
let opened = 0

/** Each line is an alert, each alert a message; what is no line is a message as it stands. */
const openRig = async () => {
  opened += 1
  const queues = openQueues(`source-${opened}`)
  const source = rabbitmqSource(readAlerts, { began() {}, ended() {} }).create(
    { name: 'broker', url: queues.url, queue: queues.alerts, content: 'alerts', prefetch: 100 },
    { now: Date.now, fetch, log, signal: new AbortController().signal },
  )
  return {
    source,
    async feed(bytes: Buffer) {
      // The source declares its queue.
      await until(() => queues.depth(queues.alerts), 'the queue')
      const lines = bytes.toString('utf8').trimEnd().split('\n')
      if (!lines.every((line) => line.startsWith('2026-'))) return queues.send(bytes)
      for (let from = 0; from < lines.length; from += 500) {
        const batch = lines.slice(from, from + 500)
        await Promise.all(batch.map((line) => queues.send(toAlert(line))))
      }
    },
    lineOf: (text: string) => described.parse(JSON.parse(text)).description,
    close: queues.remove,
  }
}

/** A queue of logs. The source would declare it. */
const openLogs = async () => {
  opened += 1
  const queues = openQueues(`logs-${opened}`)
  await declareQueue(queues.connection, queues.alerts, { most: 100_000, ttl: day }, { most: 50_000, ttl: week })
  let sent = 0
  return {
    source: () =>
      rabbitmqSource(readAlerts, { began() {}, ended() {} }).create(
        { name: 'queue', url: queues.url, queue: queues.alerts, content: 'logs', prefetch: 100 },
        { now: Date.now, fetch, log, signal: new AbortController().signal },
      ),
    async send(messages: readonly string[]) {
      await Promise.all(
        messages.map((message) => {
          sent += 1
          return queues.send(Buffer.from(message), { messageId: `m-${sent}` })
        }),
      )
    },
    remove: queues.remove,
  }
}

describe('with RabbitMQ', needs(await findRabbitmq()), () => {
  describeSource('rabbitmq', openRig)
  describeQueueSource('rabbitmq with logs', openLogs)
  describeRedelivery('rabbitmq', openLogs)
})
