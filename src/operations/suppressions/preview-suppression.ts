import { z } from 'zod'
import { alert } from '../../schema/alert/alert.ts'
import { suppressionCover } from '../../schema/suppression.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { scope } from './suppression-scope.ts'
import { surveyScope } from './survey-scope.ts'

/** Shows which alerts a suppression would have hidden, before it is created. */
export const previewSuppression = defineOperation({
  name: 'preview_suppression',
  summary: 'Lists the alerts of the last 30 days that a suppression would match.',
  role: 'analyst',
  input: z.strictObject({ scope }),
  output: z
    .object({
      scope: z.string(),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      /** The number of alerts, and how many of them it would have hidden. */
      checked: z.int(),
      hidden: z.int(),
      /** How many of the hidden alerts a user had confirmed as true positives. */
      true_positives: z.int(),
      /** How many open alerts of high or critical severity it would hide, whenever they were made. */
      open_severe: z.int(),
      /** How many open alerts with a success, such as a login, it would hide. */
      open_successes: z.int(),
      /** The most severe alert that it would hide. Clearly more severe ones are shown again. */
      covers: suppressionCover,
      /** The newest alerts that it would have hidden; true positives come first, then those that are open and severe. */
      samples: z.array(
        alert.pick({
          id: true,
          title: true,
          sentence: true,
          severity: true,
          status: true,
          resolution: true,
          last_seen: true,
        }),
      ),
    })
    .meta({ id: 'SuppressionPreview' }),
  async run({ scope }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const to = now()
    const survey = await surveyScope(store, scope, to)
    return {
      scope,
      from: new Date(survey.from).toISOString(),
      to: new Date(to).toISOString(),
      checked: survey.checked,
      hidden: survey.hidden,
      true_positives: survey.truePositives,
      open_severe: survey.openSevere,
      open_successes: survey.openSuccesses,
      covers: survey.covers,
      samples: survey.samples.map(({ id, title, sentence, severity, status, resolution, last_seen }) => ({
        id,
        title,
        sentence,
        severity,
        status,
        resolution,
        last_seen,
      })),
    }
  },
})
