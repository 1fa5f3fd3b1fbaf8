import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { minute } from '../../lib/units/time.ts'
import type { Actor } from '../../schema/account/role.ts'
import { alert, openAlertStatuses } from '../../schema/alert/alert.ts'
import { modelOpinion } from '../../schema/triage/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { AnswerListener } from '../answer-listener.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { noModel } from './preview-model-input.ts'

const longest = 10 * minute

export const askModel = defineOperation({
  name: 'ask_model',
  summary: 'Asks a language model about an alert now, and adds its verified claims to the triage result.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(1_024) }),
  output: z
    .object({
      /** The result. An earlier opinion stays if no model answered. */
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
      throw new AppError('CONFLICT', 'The alert has not been triaged yet.', { hint: 'Try again in a moment.' })
    }
    if (!openAlertStatuses.some((open) => open === asked.status)) {
      throw new AppError('CONFLICT', `The alert is already ${asked.status.replaceAll('_', ' ')}.`, {
        hint: 'Reopen the alert first.',
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
