import { z } from 'zod'
import { alert } from '../../schema/alert.ts'
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
      /** How many alerts there were, and how many of them it would have hidden. */
      checked: z.int(),
      hidden: z.int(),
      /** How many of the hidden ones a person had called real: each is a reason to think again. */
      true_positives: z.int(),
      /** How many open alerts of high or critical severity it would hide, whenever they were made. */
      open_severe: z.int(),
      /** How many open alerts it would hide in which something succeeded, such as a login. */
      open_successes: z.int(),
      /** The worst that it would hide. Something clearly worse comes back by itself. */
      covers: suppressionCover,
      /** The newest of what it would have hidden; those that were real come first, then those that are open and severe. */
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
