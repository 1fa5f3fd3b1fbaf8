import type { Worker } from 'node:worker_threads'
import { AppError, messageOf } from '../../errors.ts'
import { startThread } from '../start-thread.ts'

/** A running worker thread. Its state is lost when it ends. */
export interface Thread {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void
}

interface HostOptions {
  /** The module that the thread runs. */
  readonly module: URL
  /** The initial data of each new thread. */
  readonly data: unknown
  /** The size of its heap, in bytes. */
  readonly memory: number
  /** How long one job may take, in ms. */
  readonly timeout: number
  /** How long an idle thread stays alive, in ms. */
  readonly idle: number
  /** Reads a message: returns the answer that ends the job, or undefined for any other message. Throws the error of a failed job. */
  readonly read: (message: unknown) => Uint8Array | undefined
  readonly failed: (reason: string) => void
}

export interface WorkerHost {
  /**
   * Runs one job: `send` posts it. Callers must run one job at a time. Ends the thread if the signal aborts or the time limit is reached;
   * the next job gets a new one. Throws UNAVAILABLE if the thread fails.
   */
  run(send: (thread: Thread) => Promise<void>, signal: AbortSignal): Promise<Uint8Array>
  close(): Promise<void>
}

/** Keeps one worker thread for jobs: starts it with the first job, and replaces it when it fails. */
export const createWorkerHost = (options: HostOptions): WorkerHost => {
  const { module, data, memory, timeout, idle, read, failed } = options
  let current: { readonly worker: Worker; readonly thread: Thread } | undefined
  let resting: NodeJS.Timeout | undefined

  const start = () => {
    const worker = startThread(module, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: Math.max(16, Math.round(memory / 1_048_576)) },
    })
    const started = {
      worker,
      thread: {
        post: (message: unknown, transfer = []) => worker.postMessage(message, [...transfer]),
      } satisfies Thread,
    }
    // Between jobs, a failure only means that the next job starts another thread.
    const forget = () => {
      if (current === started) current = undefined
    }
    worker.on('error', forget)
    worker.on('exit', forget)
    current = started
    return started
  }

  const end = async (worker: Worker): Promise<void> => {
    if (current?.worker === worker) current = undefined
    await worker.terminate()
  }

  return {
    async run(send, signal) {
      clearTimeout(resting)
      const { worker, thread } = current ?? start()
      worker.ref()
      const job = Promise.withResolvers<Uint8Array>()
      // The thread may fail while the job is still being sent.
      job.promise.catch(() => undefined)
      const stop = (error: unknown) => {
        job.reject(error)
        void end(worker)
      }
      const onMessage = (message: unknown) => {
        try {
          const answer = read(message)
          if (answer) job.resolve(answer)
        } catch (error) {
          job.reject(error)
        }
      }
      const onError = (error: unknown) => {
        failed(messageOf(error))
        job.reject(isOutOfMemory(error) ? outOfMemory(memory) : crashed(error))
      }
      const onExit = (code: number) => {
        const error = crashed(new Error(`The thread ended with ${code}.`))
        job.reject(error)
      }
      const onAbort = () => stop(signal.reason)
      const late = setTimeout(() => stop(tooLong(timeout)), timeout)
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        signal.throwIfAborted()
        await Promise.race([send(thread), job.promise])
        return await job.promise
      } finally {
        clearTimeout(late)
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
        signal.removeEventListener('abort', onAbort)
        worker.unref()
        resting = setTimeout(() => void end(worker), idle).unref()
      }
    },
    async close() {
      clearTimeout(resting)
      if (current) await end(current.worker)
    },
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

const outOfMemory = (memory: number): AppError =>
  new AppError('UNAVAILABLE', `The analysis needs more than ${Math.round(memory / 1_048_576)} MB of memory.`, {
    hint: 'Send fewer records, or raise analysis.memory.',
  })

const crashed = (cause: unknown): AppError =>
  new AppError('UNAVAILABLE', 'The analysis stopped because its worker thread failed.', {
    hint: 'Try again. If it fails again, send fewer records and look for the reason in the server log.',
    retryable: true,
    cause,
  })

const tooLong = (timeout: number): AppError =>
  new AppError('UNAVAILABLE', `The analysis took longer than ${Math.round(timeout / 1_000)} seconds.`, {
    hint: 'Send fewer records, or raise analysis.timeout.',
  })
