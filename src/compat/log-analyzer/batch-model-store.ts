import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { type BatchModel, batchModel } from './batch-model.ts'

const name = 'log-analyzer'

const stored = z.object({ model: batchModel, batches: z.int(), trained_at: z.iso.datetime() })
export type StoredBatchModel = z.output<typeof stored>

/** Formula is 1.0.0, the first trained model 2.0.0. */
const versionOf = (position: number): string => `${position + 1}.0.0`

type Models = { readonly models: Pick<Deps['store']['models'], 'load'> }

const load = async ({ models }: Models) => {
  const row = await models.load(name, 0)
  return row && { ...stored.parse(JSON.parse(Buffer.from(row.state).toString())), position: row.position }
}

/** Reads the trained model; undefined before the first training. */
export const readBatchModel = async (store: Models): Promise<BatchModel | undefined> => (await load(store))?.model

/** Stores a trained model as the next version, and returns the version. */
export const saveBatchModel = async (
  store: Deps['store'],
  trained: StoredBatchModel,
  tx: Parameters<Deps['store']['models']['save']>[1],
): Promise<string> => {
  const position = ((await load(store))?.position ?? 0) + 1
  const state = Buffer.from(JSON.stringify(trained))
  await store.models.save([{ name, partition: 0, position, saved_at: Date.parse(trained.trained_at), state }], tx)
  return versionOf(position)
}

/** Shows which model scores batches. */
export const getBatchModel = defineOperation({
  name: 'get_batch_model',
  summary: 'Shows the version of the model that scores batches of logs, and when it was trained.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ version: z.string(), trained_at: z.iso.datetime().nullable(), batches: z.int() }),
  async run(_input, { store }: Pick<Deps, 'store'>) {
    const found = await load(store)
    return {
      version: versionOf(found?.position ?? 0),
      trained_at: found?.trained_at ?? null,
      batches: found?.batches ?? 0,
    }
  },
})
