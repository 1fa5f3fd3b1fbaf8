import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const previewModelInput = defineOperation({
  name: 'preview_model_input',
  summary:
    'Returns the exact bytes that a request about an alert would send to a language model, with the meaning of each placeholder.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(1_024),
    provider: z
      .string()
      .max(100)
      .optional()
      .describe('The name of the model. The default is the first configured model.'),
    streamed: z.boolean().default(false).describe('Whether to request a streamed answer.'),
  }),
  output: z
    .object({
      provider: z.string(),
      model: z.string(),
      prompt: z.string(),
      input_hash: z.string(),
      method: z.string(),
      url: z.string(),
      /** Without keys. */
      headers: z.record(z.string(), z.string()),
      /** The exact bytes, as text. */
      body: z.string(),
      bytes: z.int(),
      /** The value behind each placeholder. These values are never sent. */
      stand_ins: z.array(z.object({ stand_in: z.string(), value: z.string() })),
      /** How many secrets were taken out. */
      secrets: z.int(),
    })
    .meta({ id: 'ModelInput' }),
  async run({ id, provider, streamed }, { store, languageModels }: Pick<Deps, 'store' | 'languageModels'>) {
    const alert = await requireAlert(store, id)
    if (!alert.triage) {
      throw new AppError('CONFLICT', 'The alert has not been triaged yet.', { hint: 'Try again in a moment.' })
    }
    const { call, asked, hash } = await languageModels.preview(alert, alert.triage, { provider, streamed })
    if (!call) throw noModel(languageModels.configured, provider)
    return {
      ...call,
      headers: { ...call.headers },
      prompt: languageModels.prompt.name,
      input_hash: hash,
      bytes: Buffer.byteLength(call.body),
      stand_ins: [...asked.masker.standIns()],
      secrets: asked.masker.counts().secrets,
    }
  },
})

/** The error for a missing or unknown language model. */
export const noModel = (configured: readonly { readonly name: string }[], name?: string): AppError =>
  configured.length === 0 || name === undefined
    ? new AppError('CONFLICT', 'No language model is configured.', { hint: 'Add one under triage.llm.providers.' })
    : new AppError('NOT_FOUND', `Unknown language model "${name.slice(0, 100)}".`, {
        hint: `Use one of: ${configured.map((one) => one.name).join(', ')}.`,
      })
