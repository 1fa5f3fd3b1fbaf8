import { createHash } from 'node:crypto'
import { z } from 'zod'
import { openAlertStatuses } from '../../schema/alert.ts'
import { alertIndexFields } from '../../schema/alert-fields.ts'
import type { AlertIndexEntry } from '../../schema/alert-index-entry.ts'
import type { Page, PageRequest } from '../../store/page.ts'
import { type AlertSort, comesFirst, sortPageBy } from './sort-alerts.ts'

/** What alerts can be grouped by; each is also a field of filters. */
export const groupFields = [
  'incident_id',
  'host',
  'user',
  'ip',
  'service',
  'process',
  'technique',
  'rule',
  'detector',
  'type',
  'source',
  'severity',
  'verdict',
  'status',
  'assignee',
] as const
export const groupField = z.enum(groupFields)
export type GroupField = z.infer<typeof groupField>

/** Alerts that share a value. */
export const alertGroup = z
  .object({
    /** The value; null for the alerts that have none. */
    value: z.string().nullable(),
    /** How it is called, where that says more. */
    name: z.string().nullable(),
    /** The alert that stands for it. */
    lead_id: z.string(),
    /** How many alerts share it, and how many of them are open. */
    count: z.int(),
    open: z.int(),
    /** The part of a filter that finds them: AND it to what was asked, to read or to change all of them. */
    filter: z.string(),
  })
  .meta({ id: 'AlertGroup' })

interface Group {
  readonly value: string | null
  /** The one that comes first: it stands for all. */
  lead: AlertIndexEntry
  count: number
  open: number
}

const openStatuses: ReadonlySet<string> = new Set(openAlertStatuses)

/**
 * Puts alerts into groups by a field. One that has several values is in the group of each, because that is what a filter for the value
 * finds; so the counts of groups may add up to more than there are. Takes time linear in the alerts.
 */
export const createGrouping = (field: GroupField, sort: AlertSort) => {
  const read = alertIndexFields.reader(field)
  const isFirst = comesFirst(sort)
  const groups = new Map<string, Group>()
  const add = (key: string, value: string | null, alert: AlertIndexEntry, open: number): void => {
    const group = groups.get(key)
    if (!group) {
      groups.set(key, { value, lead: alert, count: 1, open })
      return
    }
    group.count += 1
    group.open += open
    if (isFirst(alert, group.lead)) group.lead = alert
  }
  return {
    add(alerts: readonly AlertIndexEntry[]): void {
      for (const alert of alerts) {
        const open = openStatuses.has(alert.status) ? 1 : 0
        const value = read(alert)
        if (value === undefined) add('', null, alert, open)
        else if (typeof value !== 'object') add(keyOf(value), String(value), alert, open)
        else for (const one of oncePerKey(value)) add(keyOf(one), String(one), alert, open)
      }
    },
    groups: (): readonly Group[] => [...groups.values()],
  }
}

type Scalar = string | number | boolean

/** Filters compare without regard to case. The key of those without a value is empty, which no value's is. */
const keyOf = (value: Scalar): string => `=${String(value).toLowerCase()}`

const oncePerKey = (values: readonly Scalar[]): readonly Scalar[] =>
  values.length < 2 ? values : [...new Map(values.map((value) => [keyOf(value), value])).values()]

/** Cuts a page out of groups, in the order of the alerts that lead them. */
export const sortGroups = (groups: readonly Group[], sort: AlertSort, request: PageRequest): Page<Group> =>
  sortPageBy(groups, { alert: ({ lead }) => lead, id: idOf }, sort, request)

/** An alert may lead several groups. Values are as long as whoever wrote the log likes, cursors are not. */
const idOf = ({ value, lead }: Group): string =>
  `${lead.id} ${value === null ? '' : keyOf(value.length < 60 ? value : createHash('sha256').update(value).digest('hex'))}`

/** Writes the part of a filter that finds a group. */
export const groupFilter = (field: GroupField, { value }: Pick<Group, 'value'>): string =>
  value === null ? `-${field}:*` : `${field}:"${value.replace(/["\\]/g, '\\$&')}"`
