import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import type { Config } from '../../config.ts'
import { AppError } from '../../errors.ts'
import type { IndicatorChange, IndicatorIndex } from '../../lib/indicators/indicator-index.ts'
import type { LogModels } from '../../operations/deps.ts'
import { JsonBytes } from '../../operations/json-bytes.ts'
import type { Offload } from '../../operations/offload.ts'
import { type SentBody, sentBody } from '../../operations/sent-body.ts'
import type { RuleBook } from '../../pipeline/detect/sigma/rule-book.ts'
import type { Agent } from '../../schema/agent/agent.ts'
import type { RuleSetting } from '../../schema/rule/rule.ts'
import { fromFailure, fromWorker, type ToWorker } from './messages.ts'
import { createTurns } from './turns.ts'
import { createWorkerHost, type Thread } from './worker-host.ts'

/** The part of the configuration that a worker thread needs; plain data. */
type WorkerConfig = Pick<
  Config,
  'analysis' | 'correlate' | 'data_dir' | 'detectors' | 'formats' | 'networks' | 'rules'
> & {
  readonly triage: Pick<Config['triage'], 'risk'>
}

/** The initial data of a worker thread. */
export interface WorkerSetup {
  readonly config: WorkerConfig
  readonly agents: readonly Agent[]
}

interface OffloadOptions extends WorkerSetup {
  readonly rules: Pick<RuleBook, 'revision'>
  readonly ruleSettings: () => Promise<readonly RuleSetting[]>
  readonly indicators: IndicatorIndex
  readonly logModels: Pick<LogModels, 'current'>
  readonly analyzed: (anomalies: number, seconds: number) => void
  readonly log: Log
}

/** The state that a thread has: it is sent again only when it changed. */
interface Synced {
  rules: number
  indicators: number
  model: number | undefined
}

const idle = 300_000
/** A batch of changes takes a few ms to copy. */
const batch = 2_000
const blockBytes = 1_048_576
const input = z.looseObject({ body: sentBody.optional() })

/** Runs operations in a worker thread, one at a time, with the active rules, indicators and model. */
export const createOffload = (options: OffloadOptions): { readonly run: Offload; close(): Promise<void> } => {
  const { config, agents, rules, ruleSettings, indicators, logModels, analyzed, log } = options
  const { max_bytes: maxBytes, waiting, memory, timeout } = config.analysis
  const closing = new AbortController()
  const turns = createTurns(waiting)
  const threads = new WeakMap<Thread, Synced>()
  const setup: WorkerSetup = { config: pickConfig(config), agents }
  const host = createWorkerHost({
    // A checkout runs the source, a package the compiled file.
    module: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
    data: setup,
    memory,
    timeout,
    idle,
    read(given) {
      const message = fromWorker.parse(given)
      if (message.type === 'answer') return message.bytes
      if (message.type === 'failure') throw fromFailure(message.failure)
      if (message.type === 'analyzed') analyzed(message.anomalies, message.seconds)
      else log[message.level](message.facts, message.message)
      return undefined
    },
    failed: (reason) => log.error({ reason }, 'The analysis worker thread failed. The next analysis starts another.'),
  })

  const sync = async (thread: Thread): Promise<void> => {
    const known = threads.get(thread) ?? { rules: -1, indicators: 0, model: undefined }
    threads.set(thread, known)
    const post = (message: ToWorker) => thread.post(message)
    if (known.rules !== rules.revision) {
      known.rules = rules.revision
      post({ type: 'rules', settings: await ruleSettings() })
    }
    const loaded = logModels.current()
    if (known.model !== loaded?.loadedAt) {
      known.model = loaded?.loadedAt
      post({ type: 'model', ...(loaded && { state: new Uint8Array(loaded.model.save()) }) })
    }
    if (known.indicators !== indicators.revision) {
      const { revision } = indicators
      for (const changes of inBatches(indicators.changedSince(known.indicators))) {
        post({ type: 'indicators', changes })
        await setImmediate()
      }
      known.indicators = revision
    }
  }

  return {
    async run({ operation, input: given, caller, signal }) {
      const { body, ...rest } = input.parse(given)
      if (body?.length !== undefined && body.length > maxBytes) throw tooLarge(maxBytes)
      const place = turns.enter(caller)
      const ended = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
      try {
        const blocks = body ? await collect(body, maxBytes) : []
        await place.turn(ended)
        const bytes = await host.run(async (thread) => {
          await sync(thread)
          const job: ToWorker = { type: 'job', operation, input: rest, body: body && { ...headOf(body), blocks } }
          thread.post(
            job,
            blocks.map(({ buffer }) => buffer),
          )
        }, ended)
        return new JsonBytes(bytes)
      } catch (error) {
        throw ended.aborted ? cancelled(error) : error
      } finally {
        place.leave()
      }
    },
    async close() {
      closing.abort()
      await host.close()
    },
  }
}

const headOf = ({ kind, contentType, lenient }: SentBody) => ({ kind, contentType, lenient })

const pickConfig = ({
  analysis,
  correlate,
  data_dir,
  detectors,
  formats,
  networks,
  rules,
  triage: { risk },
}: WorkerConfig): WorkerConfig => ({
  analysis,
  correlate,
  data_dir,
  detectors,
  formats,
  networks,
  rules,
  triage: { risk },
})

function* inBatches(changes: Iterable<IndicatorChange>): Generator<readonly IndicatorChange[]> {
  let some: IndicatorChange[] = []
  for (const change of changes) {
    some.push(change)
    if (some.length < batch) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** Copies a body into blocks that change threads without another copy. */
const collect = async ({ chunks }: SentBody, limit: number): Promise<readonly Uint8Array<ArrayBuffer>[]> => {
  const blocks: Uint8Array<ArrayBuffer>[] = []
  let used = blockBytes
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    for (let at = 0; at < chunk.byteLength; ) {
      if (used === blockBytes) {
        blocks.push(new Uint8Array(blockBytes))
        used = 0
      }
      const part = chunk.subarray(at, at + blockBytes - used)
      blocks.at(-1)?.set(part, used)
      used += part.byteLength
      at += part.byteLength
    }
  }
  const last = blocks.pop()
  return last ? [...blocks, last.subarray(0, used)] : []
}

const tooLarge = (limit: number): AppError =>
  new AppError('TOO_LARGE', `The body is larger than ${limit} bytes.`, {
    hint: 'Send fewer records, use `vedette analyze PATH`, or raise analysis.max_bytes.',
  })

const cancelled = (cause: unknown): AppError =>
  new AppError('UNAVAILABLE', 'The analysis was cancelled.', { retryable: true, cause })
