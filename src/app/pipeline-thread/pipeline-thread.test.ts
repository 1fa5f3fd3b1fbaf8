import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { loadConfig } from '../../config.ts'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import { joinBells } from '../../queue/shared-bells.ts'
import { createChangeClock } from '../../store/change-clock.ts'
import { openStore } from '../../store/open-store.ts'
import { createPipelineThread } from './pipeline-thread.ts'
import { createRest } from './rest.ts'
import { threadTopics } from './shared-state.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-thread-'))
afterAll(() => rmSync(folder, { recursive: true }))

const silent = { debug() {}, info() {}, warn() {}, error() {} }

const setUp = async (name: string) => {
  const dataDir = join(folder, name)
  mkdirSync(dataDir)
  const { config } = loadConfig({ flags: {}, env: { VEDETTE_DATA_DIR: dataDir }, cwd: dataDir })
  const shared = { clock: createChangeClock().shared, bells: randomUUID() }
  const passed = new Map<string, number>()
  const logged: string[] = []
  const note = (_facts: object, message: string) => void logged.push(message)
  const thread = createPipelineThread({
    ...{ config, shared, delivers: threadTopics, partitions: [0] },
    telemetry: {
      log: { debug() {}, info() {}, warn: note, error: note },
      meter: {
        passed: (stage, received) => void passed.set(stage, (passed.get(stage) ?? 0) + received),
        failed() {},
      },
      parsed() {},
      detected() {},
    },
    resultsStored() {},
  })
  const openHere = async () => {
    const clock = createChangeClock(shared.clock)
    const store = await openStore(config.storage.url, { now: Date.now, log: silent, clock })
    const bells = joinBells(shared.bells)
    const queue = openEmbeddedQueue({
      ...{ connections: store.connections, now: Date.now, log: silent },
      ...{ delivers: ['incidents'], bells },
    })
    queue.consume('incidents', async () => {})
    return { store, queue }
  }
  return { config, thread, passed, logged, openHere }
}

const failed = (first: number, count: number) => ({
  ...{ partition: 0, first, source: 'auth', receivedAt: Date.now() },
  texts: Array.from(
    { length: count },
    (_, i) => `2026-01-15T10:00:${10 + i}Z web-01 sshd[1]: Failed password for root from 203.0.113.9 port ${i} ssh2`,
  ),
})

it('delivers what the main thread publishes, answers with what it has learnt, and saves it at the end', async () => {
  const { thread, passed, openHere } = await setUp('works')
  const { store, queue } = await openHere()
  thread.start()
  await store.transaction((tx) => queue.publish('records', [failed(0, 40)], tx))
  await queue.idle()
  const alerts = await store.alerts.recent()
  expect(alerts.length).toBeGreaterThan(0)
  expect(alerts.every(({ status }) => status === 'triaged')).toBe(true)
  expect((await store.events.count()).events).toBe(40)
  expect(passed.get('normalize')).toBe(1)

  const [event] = await thread.parse(failed(40, 1))
  expect(event).toMatchObject({ kind: 'event', fields: { 'source.ip': '203.0.113.9' } })
  expect((await thread.progress()).map(({ detector }) => detector)).toContain('template')

  await thread.refresh('suppressions')
  await thread.stop()
  expect((await store.models.list()).length).toBeGreaterThan(0)
  await queue.close()
  await store.close()
})

it('sleeps until a job or a question comes, and keeps what it has learnt', async () => {
  const { thread, openHere } = await setUp('sleeps')
  const { store, queue } = await openHere()
  expect(thread.isAsleep()).toBe(true)
  await store.transaction((tx) => queue.publish('records', [failed(0, 40)], tx))
  await queue.idle()
  expect(thread.isAsleep()).toBe(false)
  const learnt = await thread.progress()

  await thread.sleep()
  expect(thread.isAsleep()).toBe(true)
  expect(await thread.progress()).toEqual(learnt)
  expect(thread.problems()).toEqual([])
  // A question that comes while it falls asleep is answered, too.
  const falling = thread.parse(failed(40, 1)).then(() => thread.sleep())
  expect(await thread.parse(failed(40, 1))).toHaveLength(1)
  await falling
  const asleep = thread.sleep()
  expect(await thread.parse(failed(40, 1))).toHaveLength(1)
  await asleep
  expect(thread.isAsleep()).toBe(false)

  await store.transaction((tx) => queue.publish('records', [failed(40, 1)], tx))
  await queue.idle()
  expect((await store.events.count()).events).toBe(41)
  expect(await thread.progress()).toHaveLength(learnt.length)
  await thread.stop()
  await queue.close()
  await store.close()
})

it('wakes for a job that was published without a bell', async () => {
  const { thread, openHere } = await setUp('unheard')
  const { store, queue } = await openHere()
  const unheard = openEmbeddedQueue({ connections: store.connections, now: Date.now, log: silent, delivers: [] })
  const tick = () => store.transaction((tx) => unheard.publish('records', [{ ...failed(0, 0), source: 'clock' }], tx))

  await tick()
  await createRest({ queue, thread, isUnused: async () => true }).run(AbortSignal.timeout(60_000))
  await queue.idle()

  // A clock that ticks while the thread falls asleep.
  const sleep = async () => {
    await thread.sleep()
    expect(thread.isAsleep()).toBe(true)
    await tick()
  }
  await createRest({ queue, thread: { ...thread, sleep }, isUnused: async () => true }).run(AbortSignal.timeout(60_000))
  await queue.idle()
  await thread.stop()
  await queue.close()
  await store.close()
})

it('starts again after a failure', needs(deepRun), async () => {
  const { config, thread, logged, openHere } = await setUp('fails')
  const file = config.storage.url.slice('sqlite:'.length)
  writeFileSync(file, 'This is no database.'.repeat(100))
  thread.start()
  await expect.poll(() => logged, { timeout: 60_000, interval: 20 }).toContain('The pipeline thread failed.')
  expect(await thread.progress()).toEqual([])
  expect(thread.problems()).toEqual([expect.stringContaining('has not run since')])
  renameSync(file, `${file}.broken`)
  const { store, queue } = await openHere()
  await store.transaction((tx) => queue.publish('records', [failed(0, 1)], tx))
  await queue.idle()
  expect((await store.events.count()).events).toBe(1)
  expect(thread.problems()).toEqual([])
  await thread.stop()
  await queue.close()
  await store.close()
})
