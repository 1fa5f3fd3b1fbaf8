import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { withClause } from '../../../alert/filter-text.ts'
import { answerOf, api, type Noun } from '../../../api/client.ts'
import { type QueueView, toQuery } from '../queue-view.ts'
import { keyOfGroup, keyOfMember, type QueueRow } from './row-key.ts'
import type { Rows } from './use-rows.ts'

/** The number of alerts shown in an expanded group. To see more, users filter by the group. */
export const maxMembers = 80

interface Members {
  readonly data: readonly Noun<'AlertHead'>[]
}

/** Adds the alerts of expanded groups to the rows, as of the same point in time. */
export const useMembers = (view: QueueView, { rows, asOf }: Rows, expanded: readonly string[]) => {
  const queries = useQueryClient()
  const open = useMemo(
    () => rows.flatMap(({ group }) => (group && expanded.includes(group.filter) ? group.filter : [])),
    [rows, expanded],
  )
  const { members: loaded, loading } = useQueries({
    queries: open.map((filter) => ({
      queryKey: ['queue', 'members', toQuery(view), view.sort, filter, asOf],
      queryFn: () =>
        answerOf(
          api.GET('/api/v1/alerts/heads', {
            params: {
              query: {
                ...toQuery(view),
                q: withClause(view.q, filter),
                sort: view.sort,
                limit: maxMembers,
                ...(asOf !== undefined && { as_of: asOf }),
              },
            },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (found) => ({
      members: found.map(({ data }) => data?.data),
      loading: found.some(({ isFetching }) => isFetching),
    }),
  })
  const withMembers = useMemo((): readonly QueueRow[] => {
    if (open.length === 0) return rows
    const members = new Map(open.map((filter, index) => [filter, loaded[index] ?? []]))
    return rows.flatMap((row): QueueRow[] => {
      const { group } = row
      if (!group) return [row]
      const within = keyOfGroup(group.filter)
      const inside = members.get(group.filter) ?? []
      return [row, ...inside.map((alert) => ({ key: keyOfMember(alert.id, group.filter), alert, within }))]
    })
  }, [rows, open, loaded])

  /** Replaces an alert in all groups that contain it. */
  const replace = useCallback(
    (alert: Noun<'AlertHead'>) =>
      queries.setQueriesData<Members>({ queryKey: ['queue', 'members'] }, (known) =>
        known?.data.some(({ id }) => id === alert.id)
          ? { ...known, data: known.data.map((one) => (one.id === alert.id ? alert : one)) }
          : known,
      ),
    [queries],
  )
  return { rows: withMembers, loading, replace }
}
