import { setTimeout as pause } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import { AppError, messageOf } from '../../errors.ts'
import { within } from '../../lib/deadline/deadline.ts'
import type { Topic } from '../../queue/queue.ts'
import { joinBells, type SharedBells } from '../../queue/shared-bells.ts'
import type { Telemetry } from '../../telemetry.ts'
import type { Learnt } from '../learnt.ts'
import { fromFailure } from '../offload/messages.ts'
import { startThread } from '../start-thread.ts'
import type { TableName } from '../tables.ts'
import { longestHang, watchForHang } from './hang-watch.ts'
import { type Asked, type FromPipeline, fromPipeline, type PipelineQuestion } from './messages.ts'
import { drainMs, type SharedState } from './shared-state.ts'

/** The data of a new thread. */
export interface ThreadSetup {
  readonly config: Config
  readonly shared: SharedState
  readonly delivers: readonly Topic[]
  /** The partitions of the records that it may work. */
  readonly partitions: readonly number[]
}

export interface PipelineThread extends Learnt {
  /** Wakes the thread. */
  start(): void
  /** Saves the learned state and ends the thread, which takes tens of MB, until a job of its topics or a question comes. */
  sleep(): Promise<void>
  isAsleep(): boolean
  /** Reloads a table in the thread. */
  refresh(table: TableName): Promise<void>
  /** Returns since when the pipeline has been down, if it should run. */
  problems(): readonly string[]
  /** Waits for running deliveries, then saves the learned state. */
  stop(): Promise<void>
}

export interface PipelineThreadOptions extends ThreadSetup {
  readonly telemetry: Pick<Telemetry, 'log' | 'meter' | 'parsed' | 'detected'>
  /** Runs after results of triage were stored for the publisher. */
  readonly resultsStored: () => void
}

/** How long saving may take when the program stops, in ms. */
const saveMs = 10_000
/** The wait before a failed thread is started again, in ms: doubled each time, until one has started. */
const firstRest = 500
const longestRest = 30_000

/**
 * Runs the pipeline in a worker thread, so that the main thread always answers. It sleeps at first. A thread that fails is restarted: its
 * unfinished jobs are in the queue, and it restores its learned state from the last checkpoint and the events since.
 */
export const createPipelineThread = ({ telemetry, resultsStored, ...setup }: PipelineThreadOptions): PipelineThread => {
  const { log, meter } = telemetry
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let worker: Worker | undefined
  let lastId = 0
  let rest = firstRest
  let stopping = false
  let failedAt: number | undefined
  /** While the thread is asleep: its end, and what wakes it. */
  let sleep: { readonly ended: Promise<void>; readonly bells: SharedBells } | undefined
  let waking: Promise<void> | undefined
  let endWatch: (() => void) | undefined
  let progress: Awaited<ReturnType<Learnt['progress']>> | undefined

  const settle = (id: number) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    return asked
  }

  const receive = (message: FromPipeline): void => {
    if (message.type === 'ready') {
      rest = firstRest
      failedAt = undefined
      watch()
    } else if (message.type === 'answer') settle(message.id)?.resolve(message.value)
    else if (message.type === 'failure') settle(message.id)?.reject(fromFailure(message.failure))
    else if (message.type === 'passed') {
      for (const { stage, received, emitted, seconds } of message.batches)
        meter.passed(stage, received, emitted, seconds)
    } else if (message.type === 'failed') meter.failed(message.stage, message.received, new Error(message.reason))
    else if (message.type === 'parsed') telemetry.parsed(message.parsed, message.failed)
    else if (message.type === 'detected') telemetry.detected(message.detector, message.count)
    else if (message.type === 'results') resultsStored()
    else log[message.level](message.facts, message.message)
  }

  const start = (): void => {
    // A checkout runs the source, a package the compiled file.
    const module = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
    const started = startThread(module, { workerData: setup satisfies ThreadSetup })
    worker = started
    started.on('message', (message: unknown) => receive(fromPipeline.parse(message)))
    started.on('error', (error) => log.error({ reason: messageOf(error) }, 'The pipeline thread failed.'))
    started.on('exit', (code) => void restart(code))
  }

  /** Ends the thread if it never returns from a record. The queue puts the record aside, as one during which the thread died. */
  const watch = (): void => {
    const running = worker
    endWatch?.()
    endWatch = watchForHang({
      ask: () => send({ about: 'life' }),
      hung() {
        log.error({ after_ms: longestHang }, 'The pipeline thread has not returned from its work and is ended.')
        void running?.terminate()
      },
    })
  }
  const restart = async (code: number): Promise<void> => {
    worker = undefined
    endWatch?.()
    for (const { reject } of waiting.values()) reject(unavailable())
    waiting.clear()
    if (stopping || sleep) return
    failedAt ??= Date.now()
    log.warn({ code, again_in_ms: rest }, 'The pipeline thread ended and is started again.')
    await pause(rest)
    rest = Math.min(rest * 2, longestRest)
    if (!stopping) start()
  }

  const isAsleep = (): boolean => sleep !== undefined
  const fallAsleep = (ended: Promise<void>): void => {
    const bells = joinBells(setup.shared.bells)
    bells.onRing((topic) => {
      if (setup.delivers.includes(topic)) void wake()
    })
    sleep = { ended, bells }
  }
  fallAsleep(Promise.resolve())

  const wake = (): Promise<void> => {
    const slept = sleep
    waking ??= slept?.ended.then(() => {
      slept.bells.close()
      sleep = undefined
      waking = undefined
      if (!stopping) start()
    })
    return waking ?? Promise.resolve()
  }

  const ask = async (question: PipelineQuestion): Promise<unknown> => {
    if (sleep) await wake()
    return send(question)
  }

  const send = (question: PipelineQuestion): Promise<unknown> => {
    if (!worker) return Promise.reject(unavailable())
    const answer = Promise.withResolvers<unknown>()
    lastId += 1
    waiting.set(lastId, answer)
    const asked: Asked = { id: lastId, question }
    worker.postMessage(asked)
    return answer.promise
  }

  const end = async (running: Worker): Promise<void> => {
    await within(drainMs + saveMs, send({ about: 'stop' }).catch(unlessGone), () => running.terminate())
  }
  const endForNow = async (running: Worker): Promise<void> => {
    await end(running).catch((error: unknown) =>
      log.warn({ reason: messageOf(error) }, 'The pipeline thread could not save what it has learned.'),
    )
    await running.terminate()
  }

  return {
    start: () => void wake(),
    isAsleep,
    async sleep() {
      if (isAsleep() || stopping || failedAt !== undefined || waiting.size > 0) return
      // Nothing changes while it sleeps.
      if (worker) progress = answered<'progress'>(await send({ about: 'progress' }))
      // A question that came in between keeps it awake.
      if (!worker || isAsleep() || stopping || waiting.size > 0) return
      const ended = endForNow(worker)
      fallAsleep(ended)
      await ended
    },
    parse: async (batch) => answered<'parse'>(await ask({ about: 'parse', batch })),
    triageAlert: async (alert, facts) => answered<'triageAlert'>(await ask({ about: 'triage', alert, facts })),
    async progress() {
      if (sleep && progress) return progress
      const known = await ask({ about: 'progress' }).catch(unlessGone)
      return known === undefined ? [] : answered<'progress'>(known)
    },
    loginHistory: async () => answered<'loginHistory'>(await ask({ about: 'login history' })),
    forget: async () => void (await ask({ about: 'forget' })),
    async refresh(table) {
      // A thread that is not running reads its tables when it starts.
      if (worker && !stopping && !sleep) await send({ about: 'refresh', table }).catch(unlessGone)
    },
    problems: () =>
      failedAt === undefined
        ? []
        : [
            `The pipeline has not run since ${new Date(failedAt).toISOString()}: its thread fails. The log says why. Accepted records wait in the queue.`,
          ],
    async stop() {
      stopping = true
      sleep?.bells.close()
      await (sleep?.ended ?? (worker && end(worker)))
    },
  }
}

/** The thread runs the same program, so its answers have the types of the functions that it calls. */
const answered = <Name extends keyof Learnt>(value: unknown): Awaited<ReturnType<Learnt[Name]>> =>
  z.custom<Awaited<ReturnType<Learnt[Name]>>>().parse(value)

const unavailable = (): AppError =>
  new AppError('UNAVAILABLE', 'The pipeline is starting.', { hint: 'Try again in a moment.', retryable: true })

const unlessGone = (error: unknown): void => {
  if (!(error instanceof AppError && error.code === 'UNAVAILABLE')) throw error
}
