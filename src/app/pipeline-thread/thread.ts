import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { silentLog } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { createOutages } from '../../operations/status/outages.ts'
import { joinBells } from '../../queue/shared-bells.ts'
import { runSchedule } from '../../schedule.ts'
import { createChangeClock } from '../../store/change-clock.ts'
import { type OpenStore, openStore, type StoreOptions } from '../../store/open-store.ts'
import { blockLocation } from '../block-location.ts'
import { isAway } from '../database-away.ts'
import { createIdleMemory } from '../idle-memory.ts'
import { toFailure } from '../offload/messages.ts'
import { openQueue } from '../open-queue.ts'
import { startPipeline } from '../pipeline.ts'
import { openTables, type TableName } from '../tables.ts'
import { createThreadLog } from '../thread-log.ts'
import type { Asked, FromPipeline, PipelineQuestion, StageBatch } from './messages.ts'
import type { ThreadSetup } from './pipeline-thread.ts'
import { drainMs } from './shared-state.ts'

// The thread of `createPipelineThread`: works the topics from records to alerts with its own connections to the database.

const { config, shared, delivers, partitions }: ThreadSetup = workerData
const post = (message: FromPipeline): void => parentPort?.postMessage(message)
const log = createThreadLog(post)

let passed: StageBatch[] = []
/** Reports the counts of stages once per turn of the event loop: a message costs as much CPU time as a line. */
const reportPassed = (): void => {
  if (passed.length > 0) post({ type: 'passed', batches: passed })
  passed = []
}

const retryMs = 1_000
/** How many alerts the thread remembers for triage; the dashboard's thread has an index of its own. */
const alertsInMemory = 100_000

/** Waits for a database server that does not answer, as the main thread does. */
const openWhenThere = async (options: StoreOptions): Promise<OpenStore> => {
  for (;;) {
    try {
      return await openStore(config.storage.url, options)
    } catch (error) {
      if (!isAway(error, config.storage.url)) throw error
      await sleep(retryMs)
    }
  }
}

const start = async () => {
  const stop = new AbortController()
  const store = await openWhenThere({
    now: Date.now,
    followsServer: true,
    log,
    // The main thread has it open. A new file in the place of a deleted one would hide that records are lost.
    mustExist: true,
    blocks: blockLocation(config.storage),
    alertsInMemory,
    clock: createChangeClock(shared.clock),
  })
  const { now } = store
  const { queue } = await openQueue({ config, store, log, delivers, partitions, bells: joinBells(shared.bells) })
  const base = {
    ...{ config, store, queue, delivers },
    telemetry: {
      log,
      meter: {
        passed(stage: string, received: number, emitted: number, seconds: number) {
          if (passed.length === 0) setImmediate(reportPassed)
          passed.push({ stage, received, emitted, seconds })
        },
        failed: (stage: string, received: number, error: unknown) =>
          post({ type: 'failed', stage, received, reason: messageOf(error) }),
      },
      parsed: (parsed: number, failed: number) => post({ type: 'parsed', parsed, failed }),
      detected: (detector: string, count: number) => post({ type: 'detected', detector, count }),
      notified() {},
    },
    outages: createOutages(now),
    runtime: { now, fetch, log, signal: stop.signal },
    resultsStored: () => post({ type: 'results' }),
  }
  // The main thread reads the same tables, and logs their faults.
  const tables = await openTables({ ...base, runtime: { ...base.runtime, log: silentLog } })
  const { learnt, factJobs } = await startPipeline(base, tables)
  const { saveHits } = tables.intel
  const refresh: Readonly<Record<TableName, () => Promise<unknown>>> = {
    rules: tables.rules.refresh,
    ...tables.refresh,
  }
  const jobs = runSchedule(
    [{ name: 'count hits of indicators', every: 10_000, run: saveHits }, createIdleMemory(now), ...factJobs],
    log,
    stop.signal,
  )

  const end = async (): Promise<void> => {
    await queue.close(drainMs)
    stop.abort()
    await jobs
    await saveHits().catch((error: unknown) =>
      log.warn({ reason: messageOf(error) }, 'Could not save the hits of indicators.'),
    )
    await store.close()
    reportPassed()
  }

  return (question: PipelineQuestion): Promise<unknown> => {
    switch (question.about) {
      case 'life':
        return Promise.resolve()
      case 'parse':
        return learnt.parse(question.batch)
      case 'triage':
        return learnt.triageAlert(question.alert, question.facts)
      case 'progress':
        return learnt.progress()
      case 'login history':
        return learnt.loginHistory()
      case 'forget':
        return learnt.forget()
      case 'refresh':
        return refresh[question.table]()
      case 'stop':
        return end()
    }
  }
}

let isStarted = false
const started = start()
parentPort?.on('message', async ({ id, question }: Asked) => {
  // Nothing is running yet.
  if (question.about === 'stop' && !isStarted) process.exit()
  try {
    const answer = await started
    const value = await answer(question)
    post({ type: 'answer', id, value: question.about === 'refresh' ? undefined : value })
  } catch (thrown) {
    post({ type: 'failure', id, failure: toFailure(thrown) })
  }
  if (question.about === 'stop') parentPort?.close()
})
started.then(
  () => {
    isStarted = true
    post({ type: 'ready' })
  },
  (error: unknown) => {
    throw error
  },
)
