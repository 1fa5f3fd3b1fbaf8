import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { noModel } from '../../../operations/language-models/preview-model-input.ts'
import { defineOperation } from '../../../operations/operation.ts'

export const languageModel = z.object({
  name: z.string(),
  /** The name that its vendor uses. */
  model: z.string(),
  /** In dollars per million tokens. */
  price: z.object({ input: z.number(), output: z.number() }),
})

/** Lists the configured language models that accept conversations, or one of them. */
export const getLanguageModel = defineOperation({
  name: 'get_language_model',
  summary: 'Lists the language models that accept conversations, or the one with the given name.',
  role: 'viewer',
  input: z.strictObject({ model: z.string().max(200).optional() }),
  output: z.object({ models: z.array(languageModel) }),
  async run({ model: wanted }, { languageModels }: Pick<Deps, 'languageModels'>) {
    const usable = languageModels.configured.filter(({ shadow }) => !shadow)
    const models = usable
      .filter(({ name, model }) => wanted === undefined || wanted === name || wanted === model)
      .map(({ name, model, price }) => ({ name, model, price: { ...price } }))
    if (wanted !== undefined && models.length === 0) throw noModel(usable, wanted)
    return { models }
  },
})
