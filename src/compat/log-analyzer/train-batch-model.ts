import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { Actor } from '../../schema/account/role.ts'
import { fitBatchModel } from './batch-model.ts'
import { saveBatchModel } from './batch-model-store.ts'
import { analyzerFeatures, analyzerLog, type ScoredFeatures, scoredPart } from './log-batch.ts'

const fewest = 50
const mostLogs = 500_000
const page = 5_000

/** Fits the model of batches to the stored logs of the log analyser's clients. */
export const trainBatchModel = defineOperation({
  name: 'train_batch_model',
  summary: 'Trains the model that scores batches of logs on the newest stored batches, as a new version.',
  role: 'admin',
  input: z.strictObject({}),
  output: z.object({ version: z.string(), trained_at: z.iso.datetime(), batches: z.int() }),
  async run(_input, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const batches = await readBatches(store)
    if (batches.length < fewest) {
      throw new AppError('CONFLICT', `${batches.length} batches are stored, and training needs ${fewest}.`, {
        hint: 'Send more batches to POST /ingest first.',
      })
    }
    const trained = {
      model: fitBatchModel(batches),
      batches: batches.length,
      trained_at: new Date(now()).toISOString(),
    }
    return store.transaction(async (tx) => {
      const version = await saveBatchModel(store, trained, tx)
      const entry = {
        ...{ time: now(), actor: actor.name, action: 'train', target_type: 'model', target_id: 'log-analyzer' },
        ...{ old_values: null, new_values: { version, ...trained } },
      }
      await store.audit.append([entry], tx)
      return { version, trained_at: trained.trained_at, batches: trained.batches }
    })
  },
})

/** Puts stored logs into the batches that they came in: the logs of one request were received at one time. */
const readBatches = async (store: Pick<Deps['store'], 'events'>): Promise<readonly ScoredFeatures[]> => {
  const byTime = new Map<number, z.output<typeof analyzerLog>[]>()
  let after: string | undefined
  let read = 0
  do {
    const { items, next } = await store.events.search({
      matches: ({ source }) => source === 'log-analyzer',
      limit: page,
      after,
    })
    for (const { original, receivedAt } of items) {
      const log = parse(original)
      if (!log) continue
      const batch = byTime.get(receivedAt) ?? []
      byTime.set(receivedAt, batch)
      batch.push(log)
    }
    read += items.length
    after = next
  } while (after !== undefined && read < mostLogs)
  return [...byTime.values()].map((logs) => scoredPart(analyzerFeatures(logs)))
}

const parse = (text: string) => {
  try {
    return analyzerLog.safeParse(JSON.parse(text)).data
  } catch {
    // An imported line that is not JSON.
    return undefined
  }
}
