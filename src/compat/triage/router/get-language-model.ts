import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { noModel } from '../../../operations/language-models/preview-model-input.ts'
import { defineOperation } from '../../../operations/operation.ts'

export const languageModel = z.object({
  name: z.string(),
  /** What its vendor calls it. */
  model: z.string(),
  /** In dollars for a million tokens. */
  price: z.object({ input: z.number(), output: z.number() }),
})

/** Shows the configured language models that conversations can go to, or one of them. */
export const getLanguageModel = defineOperation({
  name: 'get_language_model',
  summary: 'Shows the language models that conversations can go to, or the one of a name.',
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
