import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { noModel } from '../../../operations/language-models/preview-model-input.ts'
import { defineOperation } from '../../../operations/operation.ts'
import { conversation } from '../../../schema/triage/conversation.ts'

/** Returns the language model that would answer a conversation. */
export const routeChat = defineOperation({
  name: 'route_chat',
  summary: 'Returns the configured language model that would answer a conversation, and the alternatives.',
  role: 'viewer',
  input: conversation,
  output: z.object({
    /** The name in the configuration, and below it the name that the vendor uses. */
    name: z.string(),
    model: z.string(),
    reason: z.string(),
    others: z.array(z.string()),
  }),
  async run({ model }, { languageModels }: Pick<Deps, 'languageModels'>) {
    const usable = languageModels.configured.filter(({ shadow }) => !shadow)
    const chosen = usable.find((one) => model === undefined || one.name === model || one.model === model)
    if (!chosen) throw noModel(usable, model)
    return {
      name: chosen.name,
      model: chosen.model,
      reason: model === undefined ? 'It is the first in the configuration.' : 'It was asked for.',
      others: usable.filter((one) => one !== chosen).map((one) => one.model),
    }
  },
})
