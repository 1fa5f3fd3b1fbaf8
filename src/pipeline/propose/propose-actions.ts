import { createHash } from 'node:crypto'
import { hour } from '../../lib/units/time.ts'
import type { Playbook } from '../../schema/action/playbook.ts'
import type { RemediationAction } from '../../schema/action/remediation-action.ts'
import { addressRoleNames } from '../../schema/detection/address-roles.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { severityRank } from '../../schema/severity.ts'

/** The maximum number of values of one kind in proposals, because an incident may have hundreds of addresses. */
const mostEach = 5
const dueHours = [1, 4, 24, 72, 168] as const

interface Circumstances {
  /** The time of the proposal, in ms. */
  readonly now: number
  readonly proposedBy: string
  /** The value of `{text}`. */
  readonly text?: string | undefined
}

/** A playbook, or steps by a person. */
type Steps = Pick<Playbook, 'id' | 'steps'>

/** Whether a playbook applies to an incident. */
export const isMeantFor = (
  { when }: Playbook,
  { severity, types = [], techniques }: Pick<Incident, 'severity' | 'types' | 'techniques'>,
): boolean => {
  if (!when || severityRank(severity) < severityRank(when.min_severity)) return false
  if (!when.types && !when.techniques) return true
  return (
    types.some((type) => when.types?.includes(type)) ||
    techniques.some((technique) =>
      when.techniques?.some((wanted) => technique === wanted || technique.startsWith(`${wanted}.`)),
    )
  )
}

/**
 * Expands a playbook for an incident: one action per step and value. Leaves out steps with values that the
 * incident lacks. The same incident, step and value give the same id, so that nothing is proposed twice
 * when the incident grows.
 */
export const proposeActions = (
  playbook: Steps,
  incident: Incident,
  { now, proposedBy, text }: Circumstances,
): RemediationAction[] => {
  const time = new Date(now).toISOString()
  const about = valuesOf(incident)
  // A containment step blocks: an address whose role is not known may be the victim's.
  const toContain = new Map(about).set('ip', about.get('attacker') ?? [])

  return playbook.steps.flatMap((step) => {
    const named = step.type === 'containment' ? toContain : about
    return parametersOf(step.for_each, named).flatMap((own): RemediationAction[] => {
      const parameters = { ...firstOf(named), ...own, incident: incident.display_id }
      const description = fillIn(step.description, text === undefined ? parameters : { ...parameters, text })
      if (description === undefined) return []
      const due = step.due_hours ?? dueHours[step.priority - 1] ?? 24
      return [
        {
          id: actionIdOf([incident.id, playbook.id, step.id, ...new Set(Object.values(own))]),
          incident_id: incident.id,
          alert_id: incident.members[0]?.alert_id ?? null,
          action_type: step.type,
          description,
          priority: step.priority,
          status: 'pending',
          assignee: step.owner ?? null,
          due_at: new Date(now + due * hour).toISOString(),
          completed_at: null,
          notes: '',
          playbook: playbook.id,
          parameters,
          webhook: step.webhook ?? null,
          runs: [],
          proposed_by: proposedBy,
          approved_by: null,
          created_at: time,
          updated_at: time,
          version: 1,
        },
      ]
    })
  })
}

/** Two proposals with the same incident, playbook, step and values are the same action. */
const actionIdOf = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)

/** The values of an incident, by kind and by role. Of the addresses, attackers come first, then other sources. */
const valuesOf = ({ entities, address_roles = {} }: Incident): ReadonlyMap<string, readonly string[]> => {
  const named = Map.groupBy(entities, ({ type }) => type)
  const values = new Map<string, readonly string[]>(
    [...named].map(([type, items]) => [type, items.map(({ value }) => value)]),
  )
  for (const role of addressRoleNames) {
    const addresses = address_roles[role]?.map(({ ip }) => ip) ?? []
    if (addresses.length > 0) values.set(role, addresses)
  }
  const addresses = ['attacker', 'source', 'ip'].flatMap((kind) => values.get(kind) ?? [])
  if (addresses.length > 0) values.set('ip', [...new Set(addresses)])
  return values
}

const isRole = (kind: string): boolean => addressRoleNames.some((role) => role === kind)

const parametersOf = (
  type: string | undefined,
  named: ReadonlyMap<string, readonly string[]>,
): readonly Readonly<Record<string, string>>[] =>
  type === undefined
    ? [{}]
    : (named.get(type) ?? []).slice(0, mostEach).map((value) => ({ [type]: value, ...(isRole(type) && { ip: value }) }))

const firstOf = (named: ReadonlyMap<string, readonly string[]>): Record<string, string> =>
  Object.fromEntries([...named].flatMap(([type, [value]]) => (value === undefined ? [] : [[type, value]])))

/** Replaces the placeholders; undefined if a value is unknown. Values are not expanded again. */
const fillIn = (text: string, values: Readonly<Record<string, string>>): string | undefined => {
  let complete = true
  const filled = text.replaceAll(/\{([a-z]+)\}/g, (_whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) complete = false
    return value ?? ''
  })
  return complete ? filled : undefined
}
