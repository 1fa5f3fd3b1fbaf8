import { z } from 'zod'
import { alertStatuses } from '../../schema/alert/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'
import { filterText, pageOf, paging, timeRange } from '../paging.ts'
import { alertGroup, createGrouping, groupField, groupFilter, sortGroups } from './group-alerts.ts'
import { asOf, parseAlertSearch, searchAlerts } from './search-alerts.ts'
import { alertSort, createAlertPager } from './sort-alerts.ts'

/** The input of every alert list. */
export const alertPageInput = z.strictObject({
  q: filterText,
  status: z.enum(alertStatuses).optional().describe('Only alerts with this status.'),
  ...timeRange,
  as_of: asOf,
  sort: alertSort.default('-created_at').describe('The sort order; a minus means descending.'),
  group: groupField.optional().describe('Groups alerts by this field and lists the first alert of each group.'),
  ...paging,
})

/** The output of every alert list. */
export const alertPage = <Item extends z.ZodType>(item: Item) =>
  pageOf(item).extend({
    /** The number of matches on all pages. */
    total: z.int(),
    /** The time of this result. Pass it with further pages and counts to exclude later changes. */
    as_of: z.iso.datetime(),
    /** For grouped lists: the group of each listed alert in the same order, and the total number of groups. */
    groups: z.array(alertGroup).optional(),
    group_total: z.int().optional(),
  })

interface AlertPage {
  readonly data: AlertIndexEntry[]
  readonly next_cursor: string | null
  readonly total: number
  readonly as_of: string
  readonly groups?: z.output<typeof alertGroup>[]
  readonly group_total?: number
}

/** Returns a sorted page of matching alerts and counts all matches. */
export const findAlertPage = async (
  { sort, group, limit, cursor, ...search }: z.output<typeof alertPageInput>,
  { store, now }: Pick<Deps, 'store' | 'now'>,
): Promise<AlertPage> => {
  const question = parseAlertSearch(search, now())
  const request = { limit, after: cursor }
  const pager = createAlertPager(sort, request)
  const grouping = group && createGrouping(group, sort)
  let total = 0
  for await (const some of searchAlerts(question, store)) {
    total += some.length
    if (grouping) grouping.add(some)
    else pager.add(some)
  }
  const all = { total, as_of: question.as_of }
  if (!grouping) {
    const { items, next } = pager.page()
    return { ...all, data: [...items], next_cursor: next ?? null }
  }
  const groups = grouping.groups()
  const { items, next } = sortGroups(groups, sort, request)
  const names =
    group === 'incident_id' ? await incidentNames(items, store) : group === 'rule' ? ruleNames(items) : noNames
  return {
    ...all,
    data: items.map(({ lead }) => lead),
    next_cursor: next ?? null,
    groups: items.map(({ value, lead, count, open }) => ({
      ...{ value, count, open, lead_id: lead.id },
      name: names.get(value ?? '') ?? null,
      filter: groupFilter(group, { value }),
    })),
    group_total: groups.length,
  }
}

const noNames: ReadonlyMap<string, string> = new Map()

const ruleNames = (groups: readonly { readonly lead: AlertIndexEntry }[]): ReadonlyMap<string, string> =>
  new Map(groups.flatMap(({ lead }) => (lead.rules ?? []).map(({ id, title }) => [id, title])))

const incidentNames = async (
  groups: readonly { readonly value: string | null }[],
  { incidents }: Pick<Store, 'incidents'>,
): Promise<ReadonlyMap<string, string>> => {
  const found = await incidents.load(groups.flatMap(({ value }) => value ?? []))
  return new Map(found.map(({ id, display_id, title }) => [id, `${display_id} ${title}`]))
}
