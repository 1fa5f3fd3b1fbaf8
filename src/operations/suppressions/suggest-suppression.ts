import { z } from 'zod'
import type { Alert } from '../../schema/alert/alert.ts'
import { severityRank } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { requireIncident } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'
import { surveyScope } from './survey-scope.ts'

const mostAttackers = 5
const mostBehaviours = 5
const mostTemplates = 10

/** After a user closed an incident that needs no action, offers to suppress its cause. */
export const suggestSuppression = defineOperation({
  name: 'suggest_suppression',
  summary: 'Suggests the scope of a suppression for the cause of an incident, and says what it would hide.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100).describe('The incident’s ID or display ID, such as INC-3.') }),
  output: z
    .object({
      incident: z.string(),
      scope: z.string(),
      /** How many alerts of the last 30 days it would have hidden, how many of these were true positives, and how many are open and severe. */
      hidden: z.int(),
      true_positives: z.int(),
      open_severe: z.int(),
      open_successes: z.int(),
    })
    .meta({ id: 'SuppressionSuggestion' }),
  async run({ id }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const { display_id, members } = await requireIncident(store, id)
    const alerts = await store.alerts.load(members.map(({ alert_id }) => alert_id))
    const scope = scopeFor(alerts)
    const { hidden, truePositives, openSevere, openSuccesses } = await surveyScope(store, scope, now())
    return {
      incident: display_id,
      scope,
      hidden,
      true_positives: truePositives,
      open_severe: openSevere,
      open_successes: openSuccesses,
    }
  },
})

/** Returns a scope that matches the alerts and little else: by their attackers, else by the identifying entities of each behaviour. */
export const scopeFor = (alerts: readonly Alert[]): string => {
  const attackers = [
    ...new Set(alerts.flatMap(({ address_roles }) => address_roles?.attacker ?? []).map(({ ip }) => ip)),
  ]
  const areAllBy = alerts.every(({ address_roles }) => (address_roles?.attacker ?? []).length > 0)
  if (attackers.length > 0 && attackers.length <= mostAttackers && areAllBy) return clause('ip', attackers)
  const behaviours = [...new Set(alerts.toSorted(bySeverity).map(behaviourOf))].slice(0, mostBehaviours)
  return behaviours.length === 1 ? behaviours.join('') : behaviours.map((one) => `(${one})`).join(' OR ')
}

const bySeverity = (a: Alert, b: Alert): number => severityRank(b.severity) - severityRank(a.severity)

/** The entities that identify a behaviour if there is only one of them. */
const single = ['ip', 'service', 'user', 'host'] as const

const behaviourOf = ({ detectors, entities }: Alert): string => {
  const valuesOf = (type: string) => [...new Set(entities.flatMap((one) => (one.type === type ? one.value : [])))]
  const templates = valuesOf('template').slice(0, mostTemplates)
  return [
    clause('detector', detectors),
    ...(templates.length > 0 ? [clause('template', templates)] : []),
    ...single.flatMap((type) => {
      const values = valuesOf(type)
      return values.length === 1 ? [clause(type, values)] : []
    }),
  ].join(' AND ')
}

const clause = (field: string, values: readonly string[]): string => {
  const quoted = values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`)
  return quoted.length === 1 ? `${field}:${quoted.join('')}` : `${field}:(${quoted.join(' OR ')})`
}
