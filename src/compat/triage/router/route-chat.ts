import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { noModel } from '../../../operations/language-models/preview-model-input.ts'
import { defineOperation } from '../../../operations/operation.ts'
import { conversation } from '../../../schema/conversation.ts'

/** Tells which language model a conversation would go to. */
export const routeChat = defineOperation({
  name: 'route_chat',
  summary: 'Tells which of the configured language models a conversation would go to, and which others there are.',
  role: 'viewer',
  input: conversation,
  output: z.object({
    /** The name it has in the configuration, and what its vendor calls it. */
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
