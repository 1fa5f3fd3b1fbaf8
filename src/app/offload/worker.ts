import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '../../api/problem.ts'
import { silentLog } from '../../component.ts'
import { IndicatorIndex } from '../../lib/indicators/indicator-index.ts'
import { LogModel } from '../../lib/log-events/log-events.ts'
import { createRules } from '../../operations/rules/rule-folders.ts'
import type { RuleSetting } from '../../schema/rule/rule.ts'
import { createAnalysis } from '../analysis.ts'
import { createThreadLog } from '../thread-log.ts'
import { type FromWorker, type Job, type ToWorker, toFailure, toWorker } from './messages.ts'
import type { WorkerSetup } from './offload.ts'
import { runJob } from './run-job.ts'

// A worker thread of `createOffload`: applies the changed state, then runs one job at a time.

const setup: WorkerSetup = workerData
const { config, agents } = setup
const tell = (message: FromWorker, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer)
const log = createThreadLog(tell)

// With few cores, the main thread has priority, but this thread keeps a third of the usual share: with a tenth (10), other busy programs
// delay an analysis of seconds until its caller gives up. Only Linux sets the priority of a single thread.
if (process.platform === 'linux') setPriority(5)

let settings: readonly RuleSetting[] = []
// The main thread reads the same folders, and logs their faults.
const rules = createRules({ config, settings: async () => settings, log: silentLog })
const indicators = new IndicatorIndex()
let model: LogModel | undefined

const deps = {
  analyze: createAnalysis({ config, rules: rules.book, indicators, agents, log }),
  maxRecords: config.analysis.max_records,
  logModel: () => model,
  analyzed: (anomalies: number, seconds: number) => tell({ type: 'analyzed', anomalies, seconds }),
  now: Date.now,
}

/** Why a state could not be applied. The job that needs it fails, and the thread ends: the next one is sent the whole state. */
let broken: { readonly reason: unknown } | undefined

const apply = async (message: Exclude<ToWorker, Job>): Promise<void> => {
  if (message.type === 'rules') {
    settings = message.settings
    await rules.refresh()
  } else if (message.type === 'model') {
    model = message.state && LogModel.load(message.state)
  } else {
    indicators.apply(message.changes)
  }
}

const take = async (given: unknown): Promise<void> => {
  const message = toWorker.parse(given)
  if (message.type !== 'job') {
    await apply(message).catch((reason: unknown) => {
      broken ??= { reason }
    })
    return
  }
  if (broken) throw broken.reason
  indicators.settle(Date.now())
  const bytes = await runJob(message, deps)
  tell({ type: 'answer', bytes }, [bytes.buffer])
}

// Messages are handled in order: a job runs with the state that was sent before it.
let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (message: unknown) => {
  last = last
    .then(() => take(message))
    .catch((thrown: unknown) => {
      tell({ type: 'failure', failure: toFailure(toKnown(thrown)) })
      if (broken) process.exit()
    })
})

const toKnown = (thrown: unknown): unknown => {
  const error = toAppError(thrown)
  return error.code === 'INTERNAL' ? thrown : error
}
