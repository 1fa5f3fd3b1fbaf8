import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { alert, openAlertStatuses } from '../../schema/alert.ts'
import type { Actor } from '../../schema/role.ts'
import { modelOpinion } from '../../schema/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { AnswerListener } from '../answer-listener.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { noModel } from './preview-model-input.ts'

const longest = 10 * 60_000

/** Asks a language model about an alert now, whatever it said before. What it says is checked and put on the card as always. */
export const askModel = defineOperation({
  name: 'ask_model',
  summary: 'Asks a language model about an alert now, and puts what it says and can bear out on the card.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(1_024) }),
  output: z
    .object({
      /** What came of asking. An answer that was there before stays on the card when nobody answered. */
      opinion: modelOpinion,
      alert,
    })
    .meta({ id: 'ModelAnswer' }),
  async run(
    { id },
    {
      store,
      languageModels,
      now,
      actor,
      watcher = { signal: AbortSignal.timeout(longest) },
    }: Pick<Deps, 'store' | 'languageModels' | 'now'> & {
      readonly actor: Actor
      readonly watcher?: AnswerListener | undefined
    },
  ) {
    const asked = await requireAlert(store, id)
    if (!languageModels.configured.some(({ shadow }) => !shadow)) throw noModel([])
    if (!asked.triage) {
      throw new AppError('CONFLICT', 'Triage has not judged this alert yet.', { hint: 'Ask again in a moment.' })
    }
    if (!openAlertStatuses.some((open) => open === asked.status)) {
      throw new AppError('CONFLICT', `This alert is ${asked.status.replaceAll('_', ' ')}: nobody needs a word on it.`, {
        hint: 'Open it again first.',
      })
    }
    const opinion = await languageModels.ask(asked, asked.triage, watcher)
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'ask_model',
      target_type: 'alert',
      target_id: asked.id,
      old_values: null,
      new_values: { provider: opinion.provider, model: opinion.model, status: opinion.status },
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return { opinion, alert: await requireAlert(store, asked.id) }
  },
})
