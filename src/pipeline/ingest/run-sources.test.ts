import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
import { AppError } from '../../errors.ts'
import { createOutages } from '../../operations/status/outages.ts'
import { runSources } from './run-sources.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

it('leaves the end of an outage to the source that reported it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-sources-'))
  const path = join(folder, 'a.log')
  writeFileSync(path, 'one\ntwo\n')
  const outages = createOutages(() => 0)
  outages.began('here', 'its server is away')
  const stop = new AbortController()
  const texts: string[] = []
  const running = runSources({
    timeOf: () => undefined,
    sources: [{ name: 'here', type: 'file', paths: [path] }],
    cursors: { read: async () => undefined, list: async () => [] },
    outages,
    intake: {
      async accept(records) {
        texts.push(...records.map(({ text }) => text))
        return { accepted: records.length, repeated: false }
      },
    },
    readAlerts: () => [],
    dropped() {},
    now: Date.now,
    log,
    signal: stop.signal,
    received() {},
  })
  await until(() => texts.length > 0)
  expect(outages.problems()).toEqual([expect.stringContaining('its server is away')])
  stop.abort()
  await running
  rmSync(folder, { recursive: true })
})

it('offers records only once when the answer to their commit was lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-sources-'))
  writeFileSync(join(folder, 'a.log'), 'one\ntwo\n')
  const saved = new Map<string, string>()
  const texts: string[] = []
  let attempts = 0
  const stop = new AbortController()
  const running = runSources({
    timeOf: () => undefined,
    sources: [{ name: 'here', type: 'file', paths: [join(folder, 'a.log')] }],
    cursors: { read: async (source, key) => saved.get(`${source} ${key}`), list: async () => [...saved.values()] },
    outages: createOutages(() => 0),
    intake: {
      async accept(records, { cursor } = {}) {
        attempts += 1
        if (attempts === 1) throw away()
        texts.push(...records.map(({ text }) => text))
        if (cursor) saved.set(`here ${cursor.key}`, cursor.position)
        if (attempts === 2) throw away()
        return { accepted: records.length, repeated: false }
      },
    },
    readAlerts: () => [],
    dropped() {},
    now: Date.now,
    log,
    signal: stop.signal,
    received: (_, count) => texts.push(`${count} received`),
  })
  await until(() => texts.filter((text) => text === '1 received').length === 2)
  stop.abort()
  await running
  rmSync(folder, { recursive: true })
  expect(texts).toEqual(['one', '1 received', 'two', '1 received'])
})

it('stops within seconds although the server of a source never answers', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const at = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const stop = new AbortController()
  const running = runSources({
    timeOf: () => undefined,
    sources: [
      { name: 'a', type: 'kafka', brokers: [at], topics: ['logs'] },
      { name: 'b', type: 'nats', servers: [at], stream: 'logs' },
      { name: 'c', type: 'rabbitmq', url: `amqp://guest:guest@${at}` },
      { name: 'd', type: 'redis', url: `redis://${at}`, streams: ['logs'] },
      { name: 'e', type: 's3', url: `http://${at}`, bucket: 'logs', access_key_id: 'a', secret_access_key: 'b' },
      { name: 'f', type: 'sql', url: `postgres://${at}/logs`, query: 'select * from logs', columns: { id: 'id' } },
    ],
    cursors: { read: async () => undefined, list: async () => [] },
    outages: createOutages(() => 0),
    intake: { accept: async (records) => ({ accepted: records.length, repeated: false }) },
    readAlerts: () => [],
    ...{ dropped() {}, received() {}, now: Date.now, log, signal: stop.signal },
  })
  let connected = 0
  silent.on('connection', () => {
    connected += 1
  })
  await until(() => connected >= 6)
  const began = performance.now()
  stop.abort()
  await running
  expect(performance.now() - began).toBeLessThan(10_000)
  silent.close()
})

const away = () => new AppError('UNAVAILABLE', 'The database does not answer.', { retryable: true, retryAfter: 0.01 })
