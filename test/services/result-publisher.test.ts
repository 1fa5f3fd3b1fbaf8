import { describe, expect, it } from 'vitest'
import { createResultPublisher } from '../../src/pipeline/publish/publisher.ts'
import { freePort } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { findRabbitmq, openLine, openQueues } from './rabbitmq.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('triage results for a broker', needs(await findRabbitmq()), () => {
  it('report no recovery because the outbox responds while the broker is unreachable', async () => {
    const line = openLine(await freePort())
    await line.open()
    const queues = openQueues('outbox')
    const heard: string[] = []
    const stop = new AbortController()
    const running = createResultPublisher({
      url: line.url,
      queues: { results: queues.results, normalized: '', enriched: '', contextualized: '' },
      outbox: {
        async due() {
          await line.close()
          await until(() => heard.includes('began'), 'the loss of the broker')
          return []
        },
        removeSent: async () => {},
      },
      outages: { began: () => heard.push('began'), ended: () => heard.push('ended') },
      log,
    }).run(stop.signal)
    await until(() => heard.length > 1, 'another try')
    expect(heard).not.toContain('ended')
    stop.abort()
    await running
    await queues.remove()
  })
})
