import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { describe } from 'vitest'
import { silentLog } from '../../src/component.ts'
import { natsSource } from '../../src/pipeline/ingest/queues/nats.ts'
import { needs } from '../needs.ts'
import { describeCut, describeQueueSource, describeRedelivery, describeSilence } from './queue-source.ts'
import { findServer } from './reachable.ts'

const port = Number(process.env.NATS_TEST_PORT ?? 4222)
const outages = { began() {}, ended() {} }
let opened = 0

const open = async () => {
  opened += 1
  const stream = `vedette-test-${process.pid}-${opened}`
  const connection = await connect({ servers: `127.0.0.1:${port}` })
  const admin = await jetstreamManager(connection)
  await admin.streams.add({ name: stream, subjects: [`${stream}.>`] })
  const client = jetstream(connection)
  const component = natsSource(outages)
  return {
    source: (through = port) =>
      component.create(component.options.parse({ name: 'queue', servers: [`127.0.0.1:${through}`], stream }), {
        ...{ now: Date.now, fetch, log: silentLog, signal: new AbortController().signal },
      }),
    async send(messages: readonly string[]) {
      for (let from = 0; from < messages.length; from += 500)
        await Promise.all(messages.slice(from, from + 500).map((message) => client.publish(`${stream}.log`, message)))
    },
    async remove() {
      if (connection.isClosed()) return
      await admin.streams.delete(stream)
      await connection.close()
    },
  }
}

describe('with NATS', needs(await findServer('NATS', port, 'NATS_TEST_PORT')), () => {
  describeQueueSource('nats', open)
  describeRedelivery('nats', open)
  describeCut('nats', port, open)
  describeSilence('nats', port, open)
})
