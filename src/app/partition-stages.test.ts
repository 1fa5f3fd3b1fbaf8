import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '../component.ts'
import { loadConfig } from '../config.ts'
import { createOutages } from '../operations/status/outages.ts'
import { topics } from '../queue/jobs.ts'
import { openStore } from '../store/open-store.ts'
import type { Foundation } from './base.ts'
import { openQueue } from './open-queue.ts'
import { createPartitionStages } from './partition-stages.ts'
import { startPipeline } from './pipeline.ts'
import { openTables } from './tables.ts'

const prepare = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-stages-'))
  const { config } = loadConfig({ flags: {}, env: { VEDETTE_DATA_DIR: folder }, cwd: folder })
  const store = await openStore(config.storage.url, { now: Date.now, log: silentLog })
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const { queue } = await openQueue({
    ...{ config, store, log: silentLog, delivers: topics, partitions: [0], bells: undefined },
  })
  const base: Foundation = {
    ...{ config, store, queue, delivers: topics },
    telemetry: {
      log: silentLog,
      meter: { passed() {}, failed() {} },
      parsed() {},
      detected() {},
      notified() {},
    },
    outages: createOutages(store.now),
    runtime: { now: store.now, fetch, log: silentLog, signal: new AbortController().signal },
  }
  return { base, tables: await openTables(base) }
}

it('forgets also what it is just restoring', async () => {
  const { base, tables } = await prepare()
  const { queue, store } = base
  await startPipeline(base, tables)
  const texts = Array.from({ length: 40 }, (_, i) => `2026-01-15T10:00:${10 + i}Z web-01 sshd[1]: session ${i} opened`)
  await store.transaction((tx) =>
    queue.publish('records', [{ partition: 0, first: 0, source: 'auth', receivedAt: Date.now(), texts }], tx),
  )
  await queue.idle()
  await queue.close()

  const restore = async (meanwhile: (forget: () => Promise<void>) => Promise<void> = async () => {}) => {
    const { open, learnt } = createPartitionStages(base, tables, async () => {})
    const { memory } = open(0)
    const fresh = await learnt.progress()
    const restored = memory.restore()
    await meanwhile(learnt.forget)
    await restored
    return { fresh, known: await learnt.progress() }
  }
  const usual = await restore()
  expect(usual.known).not.toEqual(usual.fresh)
  const forgotten = await restore((forget) => forget())
  expect(forgotten.known).toEqual(forgotten.fresh)
})
