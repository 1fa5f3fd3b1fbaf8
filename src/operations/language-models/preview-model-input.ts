import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Shows, byte for byte, what asking a language model about an alert sends. Sends nothing. */
export const previewModelInput = defineOperation({
  name: 'preview_model_input',
  summary: 'Shows, byte for byte, what asking a language model about an alert sends, and what its stand-ins stand for.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(1_024),
    provider: z.string().max(100).optional().describe('The name of the model; the first that is configured.'),
    streamed: z.boolean().default(false).describe('Whether somebody watches the answer come: vendors are told so.'),
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
      /** What stays here: what each stand-in stands for. */
      stand_ins: z.array(z.object({ stand_in: z.string(), value: z.string() })),
      /** How many secrets were taken out. */
      secrets: z.int(),
    })
    .meta({ id: 'ModelInput' }),
  async run({ id, provider, streamed }, { store, languageModels }: Pick<Deps, 'store' | 'languageModels'>) {
    const alert = await requireAlert(store, id)
    if (!alert.triage) {
      throw new AppError('CONFLICT', 'Triage has not judged this alert yet.', { hint: 'Ask again in a moment.' })
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

/** Says that there is no language model, or none of that name. */
export const noModel = (configured: readonly { readonly name: string }[], name?: string): AppError =>
  configured.length === 0 || name === undefined
    ? new AppError('CONFLICT', 'No language model is configured.', { hint: 'Name one under triage.llm.providers.' })
    : new AppError('NOT_FOUND', `There is no language model "${name.slice(0, 100)}".`, {
        hint: `Use one of: ${configured.map((one) => one.name).join(', ')}.`,
      })
