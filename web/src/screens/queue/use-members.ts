import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { withClause } from '../../alert/filter-text.ts'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { type Look, toQuery } from './look.ts'
import { keyOfGroup, keyOfMember, type QueueRow } from './row-key.ts'
import type { Rows } from './use-rows.ts'

/** How many alerts of a group are shown in it; the rest is shown by asking for that group alone. */
export const mostMembers = 80

interface Members {
  readonly data: readonly Noun<'AlertIndexEntry'>[]
}

/** The rows with the alerts of unfolded groups below each, as they were at the moment of the rows. */
export const useMembers = (look: Look, { rows, asOf }: Rows, unfolded: readonly string[]) => {
  const queries = useQueryClient()
  const open = useMemo(
    () => rows.flatMap(({ group }) => (group && unfolded.includes(group.filter) ? group.filter : [])),
    [rows, unfolded],
  )
  const { members: answers, reading } = useQueries({
    queries: open.map((filter) => ({
      queryKey: ['queue', 'members', toQuery(look), look.sort, filter, asOf],
      queryFn: () =>
        answerOf(
          api.GET('/api/v1/alerts/heads', {
            params: {
              query: {
                ...toQuery(look),
                q: withClause(look.q, filter),
                sort: look.sort,
                limit: mostMembers,
                ...(asOf !== undefined && { as_of: asOf }),
              },
            },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (found) => ({
      members: found.map(({ data }) => data?.data),
      reading: found.some(({ isFetching }) => isFetching),
    }),
  })
  const withMembers = useMemo((): readonly QueueRow[] => {
    if (open.length === 0) return rows
    const members = new Map(open.map((filter, index) => [filter, answers[index] ?? []]))
    return rows.flatMap((row): QueueRow[] => {
      const { group } = row
      if (!group) return [row]
      const within = keyOfGroup(group.filter)
      const inside = members.get(group.filter) ?? []
      return [row, ...inside.map((alert) => ({ key: keyOfMember(alert.id, group.filter), alert, within }))]
    })
  }, [rows, open, answers])

  /** Puts the newest telling of an alert in its place, in whichever groups it stands. */
  const replace = useCallback(
    (alert: Noun<'AlertIndexEntry'>) =>
      queries.setQueriesData<Members>({ queryKey: ['queue', 'members'] }, (known) =>
        known?.data.some(({ id }) => id === alert.id)
          ? { ...known, data: known.data.map((one) => (one.id === alert.id ? alert : one)) }
          : known,
      ),
    [queries],
  )
  return { rows: withMembers, reading, replace }
}
