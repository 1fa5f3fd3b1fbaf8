import { availableParallelism } from 'node:os'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { IsolationForest } from './isolation-forest.ts'
import { chunkRows, type ScoreTask } from './score-task.ts'

/** Threads that score large matrices together, kept until they are closed. */
export interface ParallelScorer {
  /**
   * Scores each row of a row-major matrix, as `forest.score` does and to the same last bit. Does not block the calling thread. A matrix over
   * a SharedArrayBuffer is read where it is; another is copied once. Rejects when a thread fails.
   */
  score(forest: IsolationForest, matrix: Float64Array): Promise<Float64Array>
  /** Ends the threads; what they are doing is lost. */
  close(): Promise<void>
}

/**
 * Starts threads over shared memory, each of which takes the next thousands of rows when it has done its last. Worth it from some 200,000
 * rows on: below, the walk itself is over before the threads have started.
 */
export const createParallelScorer = (threads: number = availableParallelism()): ParallelScorer => {
  // The source runs as it is in a checkout, and compiled in a package.
  const file = import.meta.url.endsWith('.ts') ? './score-worker.ts' : './score-worker.js'
  const workers = Array.from({ length: Math.max(1, threads) }, () => new Worker(new URL(file, import.meta.url)))
  for (const worker of workers) {
    // Idle threads keep no program from ending.
    worker.unref()
    worker.setMaxListeners(0)
  }

  const run = (worker: Worker, task: ScoreTask): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(error)
      const exit = () => reject(new Error('A scoring thread ended before its work was done.'))
      const { port1, port2 } = new MessageChannel()
      worker.once('error', fail)
      worker.once('exit', exit)
      port1.once('message', () => {
        worker.off('error', fail)
        worker.off('exit', exit)
        port1.close()
        resolve()
      })
      worker.postMessage({ task, port: port2 }, [port2])
    })

  return {
    async score(forest, matrix) {
      const rows = Math.floor(matrix.length / forest.columns)
      const scores = new Float64Array(new SharedArrayBuffer(rows * 8))
      const task: ScoreTask = {
        state: forest.save(),
        matrix: matrix.buffer instanceof SharedArrayBuffer ? matrix : shared(matrix),
        scores,
        next: new Int32Array(new SharedArrayBuffer(4)),
      }
      const wanted = workers.slice(0, Math.max(1, Math.ceil(rows / chunkRows)))
      await Promise.all(wanted.map((worker) => run(worker, task)))
      return scores
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

const shared = (matrix: Float64Array): Float64Array => {
  const copy = new Float64Array(new SharedArrayBuffer(matrix.byteLength))
  copy.set(matrix)
  return copy
}
