import { createHash } from 'node:crypto'
import { z } from 'zod'
import { openAlertStatuses } from '../../schema/alert/alert.ts'
import { alertIndexFields } from '../../schema/alert/alert-fields.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import type { Page, PageRequest } from '../../store/page.ts'
import { type AlertSort, comesFirst, sortPageBy } from './sort-alerts.ts'

/** The fields that alerts can be grouped by. Each is also a filter field. */
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

/** Alerts that share a field value. */
export const alertGroup = z
  .object({
    /** The shared value; null for alerts without one. */
    value: z.string().nullable(),
    /** A display name for the value, if there is one. */
    name: z.string().nullable(),
    /** The first alert of the group. */
    lead_id: z.string(),
    /** The number of alerts in the group, and of open ones. */
    count: z.int(),
    open: z.int(),
    /** A filter term for the group. AND it to a query to read or change all its alerts. */
    filter: z.string(),
  })
  .meta({ id: 'AlertGroup' })

interface Group {
  readonly value: string | null
  /** The first alert of the group. */
  lead: AlertIndexEntry
  count: number
  open: number
}

const openStatuses: ReadonlySet<string> = new Set(openAlertStatuses)

/**
 * Groups alerts by a field. An alert with several values is in several groups, as with filters, so group counts may add
 * up to more than the total. Takes linear time.
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

/** Filters ignore case. Alerts without a value have the empty key, which no value has. */
const keyOf = (value: Scalar): string => `=${String(value).toLowerCase()}`

const oncePerKey = (values: readonly Scalar[]): readonly Scalar[] =>
  values.length < 2 ? values : [...new Map(values.map((value) => [keyOf(value), value])).values()]

/** Returns a page of groups in the order of their first alerts. */
export const sortGroups = (groups: readonly Group[], sort: AlertSort, request: PageRequest): Page<Group> =>
  sortPageBy(groups, { alert: ({ lead }) => lead, id: idOf }, sort, request)

/** An alert may lead several groups. Hash the value: it may be too long for a cursor. */
const idOf = ({ value, lead }: Group): string =>
  `${lead.id} ${value === null ? '' : keyOf(value.length < 60 ? value : createHash('sha256').update(value).digest('hex'))}`

/** Builds the filter term for a group. */
export const groupFilter = (field: GroupField, { value }: Pick<Group, 'value'>): string =>
  value === null ? `-${field}:*` : `${field}:"${value.replace(/["\\]/g, '\\$&')}"`
