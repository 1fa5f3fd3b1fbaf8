import { invalidInput } from '../../api/problem.ts'
import { knownTo, mergeInput } from '../../api/rest/input.ts'
import { analyzeLogEvents } from '../../compat/log-detection/analyze-log-events.ts'
import { analyzeLogText } from '../../operations/analysis/analyze-log-text.ts'
import { analyzeLogs } from '../../operations/analysis/analyze-logs.ts'
import { trainModel } from '../../operations/models/train-model.ts'
import type { WorkerDeps } from '../../operations/offload.ts'
import type { WorkerOperation } from '../../operations/operation.ts'
import type { Job } from './messages.ts'
import { readSentBody } from './read-sent-body.ts'

/** Every operation that runs in a worker thread. */
const workerOperations: readonly WorkerOperation[] = [analyzeLogEvents, analyzeLogText, analyzeLogs, trainModel]

/** Reads and validates the input, runs the operation, and returns its answer as JSON text. */
export const runJob = async (
  { operation: name, input, body }: Job,
  deps: WorkerDeps,
): Promise<Uint8Array<ArrayBuffer>> => {
  const operation = workerOperations.find((one) => one.name === name)
  if (!operation) throw new Error(`No operation "${name}" runs in a worker thread.`)
  const sent = body ? await readSentBody(body) : {}
  const parsed = operation.input.safeParse(mergeInput(input, body?.lenient ? knownTo(operation, sent) : sent))
  if (!parsed.success) throw invalidInput(parsed.error)
  return new TextEncoder().encode(JSON.stringify(await operation.run(parsed.data, deps)))
}
