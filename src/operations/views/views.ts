import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { View } from '../../schema/view.ts'
import type { Store } from '../../store/store.ts'
import { groupField, groupFields } from '../alerts/group-alerts.ts'
import { alertSort } from '../alerts/sort-alerts.ts'
import { alertFilter } from '../filter.ts'
import { parseTimeRange } from '../time.ts'

/** The built-in views. They have no owner, so nobody can delete them. */
export const usualViews = (actor: Actor, now: number): readonly View[] => {
  const moment = new Date(now).toISOString()
  const usual = (id: string, name: string, filter: string): View => ({
    id,
    name,
    filter,
    owner: 'vedette',
    from: null,
    to: null,
    sort: '-risk_score',
    group: null,
    columns: [],
    density: null,
    shared: true,
    pinned: true,
    created_at: moment,
    updated_at: moment,
  })
  return [
    usual('open', 'All open', 'open:true'),
    usual('mine', 'Mine', `open:true assignee:"${actor.name.replace(/["\\]/g, '\\$&')}"`),
    usual('new', 'Unassigned', 'open:true -assignee:*'),
    usual('review', 'Needs review', 'open:true requires_human_review:true'),
    { ...usual('snoozed', 'Snoozed', 'snoozed:true'), sort: '-last_seen' },
    { ...usual('closed', 'Closed', 'open:false snoozed:false -status:suppressed'), sort: '-updated_at' },
    { ...usual('hidden', 'Suppressed', 'status:suppressed'), sort: '-last_seen' },
  ]
}

/** Finds a view that the caller may change: an own one, or any for an admin. */
export const requireOwnView = async (store: Store, id: string, actor: Actor): Promise<View> => {
  const found = await store.views.get(id)
  if (!found || (!found.shared && found.owner !== actor.name)) {
    throw new AppError('NOT_FOUND', `You have no view "${id}".`, { hint: 'List the views to see their IDs.' })
  }
  if (found.owner === actor.name || actor.role === 'admin') return found
  throw new AppError('FORBIDDEN', `View "${found.name}" belongs to ${found.owner}.`, {
    hint: 'Save your own view instead.',
  })
}

/** Refuses a view that could not be shown; throws FILTER_SYNTAX or INVALID_REQUEST. */
export const checkView = (
  { filter, from, to, sort, group }: Pick<View, 'filter' | 'from' | 'to' | 'sort' | 'group'>,
  now: number,
): void => {
  alertFilter(filter, now, 'filter')
  parseTimeRange({ from: from ?? undefined, to: to ?? undefined }, now)
  if (!alertSort.safeParse(sort).success) {
    throw new AppError('INVALID_REQUEST', `Alerts cannot be sorted by "${sort}".`, {
      errors: [{ path: 'sort', message: 'is not a sort order', hint: alertSort.options.join(', ') }],
    })
  }
  if (group !== null && !groupField.safeParse(group).success) {
    throw new AppError('INVALID_REQUEST', `Alerts cannot be grouped by "${group}".`, {
      errors: [{ path: 'group', message: 'is not a field to group by', hint: groupFields.join(', ') }],
    })
  }
}
