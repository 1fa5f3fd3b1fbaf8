import { type MessagePort, parentPort } from 'node:worker_threads'
import { IsolationForest } from './isolation-forest.ts'
import { chunkRows, type ScoreTask } from './score-task.ts'

// A thread of `createParallelScorer`: takes chunks of rows until there are none left, then says so.
parentPort?.on('message', ({ task, port }: { readonly task: ScoreTask; readonly port: MessagePort }) => {
  const { state, matrix, scores, next } = task
  const forest = IsolationForest.load(state)
  for (;;) {
    const from = Atomics.add(next, 0, 1) * chunkRows
    if (from >= scores.length) break
    const to = Math.min(scores.length, from + chunkRows)
    scores.set(forest.score(matrix.subarray(from * forest.columns, to * forest.columns)), from)
  }
  port.postMessage('done')
})
