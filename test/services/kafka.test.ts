import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { toFlatAlert } from '../../src/pipeline/notify/flat-alert.ts'
import { sinkRegistry } from '../../src/pipeline/notify/registry.ts'
import { someIncident, someNotification } from '../../src/pipeline/notify/sink.conformance.ts'
import { root } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { findKcat, openKafka } from './kafka.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const hungUp = /Connection from [\d.:]+ closed/
const { signal } = new AbortController()

describe('the sink kafka on a broker', needs(findKcat()), () => {
  let kafka: Awaited<ReturnType<typeof openKafka>>
  beforeAll(async () => {
    kafka = await openKafka()
  })
  afterAll(() => kafka.close())
  const create = (options: object = {}, end = signal) =>
    sinkRegistry.create('kafka', { brokers: [kafka.broker], ...options }, { now: Date.now, fetch, log, signal: end })

  it('writes a flat alert under the id of its incident, in order, over one connection', async () => {
    const end = new AbortController()
    const sink = create({}, end.signal)
    const opened = someNotification({ idempotencyKey: 'i1/kafka/opened/1' })
    const raised = someNotification({ idempotencyKey: 'i1/kafka/raised/2', reason: 'severity_raised' })
    await sink.send(opened, signal)
    await sink.send(raised, signal)
    end.abort()
    await kafka.heard(/Sending ProduceResponse/, 2)
    const senders = [...kafka.printed().matchAll(/Received ProduceRequestV\d+ from ([\d.:]+)/g)].map(([, from]) => from)
    expect(senders).toEqual([senders[0], senders[0]])
    const read = kafka.read('security-anomalies')
    expect(read.map(({ value, ...about }) => ({ ...about, value: JSON.parse(value) }))).toEqual([
      { key: 'i1', headers: 'idempotency-key=i1/kafka/opened/1', value: toFlatAlert(opened) },
      { key: 'i1', headers: 'idempotency-key=i1/kafka/raised/2', value: toFlatAlert(raised) },
    ])
  })

  it('escapes a hostile title', async () => {
    const hostile = 'a "quoted"\u0000\u001b[31m \r\nX-Injected: 1 </title> \u202e reversed'
    const end = new AbortController()
    const incident = someIncident({ title: hostile, reason: hostile })
    await create({ topic: 'hostile' }, end.signal).send(someNotification({ incident }), signal)
    end.abort()
    const [message] = kafka.read('hostile')
    expect(message?.value).toContain('X-Injected')
    expect(message?.value).not.toMatch(/\\u00|\\r|\\n|\u202e|\p{Cc}/u)
  })

  it('writes each of several concurrent messages under its own id', async () => {
    const end = new AbortController()
    const others = [someIncident({ id: 'i2', display_id: 'INC-2' })]
    await create({ topic: 'storm' }, end.signal).send(someNotification({ others, idempotencyKey: 'n+1' }), signal)
    end.abort()
    const read = kafka.read('storm').map(({ key, headers }) => `${key} ${headers}`)
    expect(read.toSorted()).toEqual(['i1 idempotency-key=n+1', 'i2 idempotency-key=n+1/i2'])
  })

  it('disconnects when idle, and reconnects for the next message', async () => {
    const end = new AbortController()
    const sink = create({ topic: 'idle' }, end.signal)
    await sink.send(someNotification({ idempotencyKey: 'first' }), signal)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await sink.send(someNotification({ idempotencyKey: 'second' }), signal)
    const closed = kafka.printed().split(hungUp).length - 1
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    await kafka.heard(hungUp, closed + 1)
    await sink.send(someNotification({ idempotencyKey: 'third' }), signal)
    end.abort()
    expect(kafka.read('idle').map(({ headers }) => headers)).toEqual(
      ['first', 'second', 'third'].map((key) => `idempotency-key=${key}`),
    )
  })

  it('does not keep the process alive', () => {
    const program = `
      import { sinkRegistry } from './src/pipeline/notify/registry.ts'
      const end = new AbortController()
      const runtime = { now: Date.now, fetch, log: {}, signal: end.signal }
      const sink = sinkRegistry.create('kafka', { brokers: ['${kafka.broker}'], topic: 'end' }, runtime)
      await sink.send(${JSON.stringify(someNotification())}, AbortSignal.timeout(90_000))
      end.abort()
    `
    const args = ['--input-type=module-typescript', '--eval', program]
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 120_000 })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(kafka.read('end')).toHaveLength(1)
  })
})
