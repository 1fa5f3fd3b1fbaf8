import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { type Look, toQuery } from './look.ts'
import { keyOfGroup, type QueueRow } from './row-key.ts'

type Alert = Noun<'AlertIndexEntry'>

interface Page {
  readonly data: readonly Alert[]
  readonly groups?: readonly Noun<'AlertGroup'>[]
  readonly group_total?: number
  readonly next_cursor: string | null
  readonly total: number
  readonly as_of: string
}

const pageSize = 80

/**
 * The alerts of a look, a page after another. They are those of one moment: what comes later waits until somebody asks for it, so that
 * nothing moves by itself, also when the rows are read again because something was done to them.
 */
export const useRows = (look: Look) => {
  const queries = useQueryClient()
  const key = useMemo(() => ['queue', 'rows', toQuery(look), look.sort, look.group] as const, [look])
  const moments = useRef(new Map<string, string>())
  const query = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    queryFn: async ({ pageParam }): Promise<Page> => {
      const name = JSON.stringify(key)
      const as_of = moments.current.get(name)
      const page = await answerOf(
        api.GET('/api/v1/alerts/heads', {
          params: {
            query: {
              ...toQuery(look),
              sort: look.sort,
              ...(look.group !== undefined && { group: look.group }),
              limit: pageSize,
              ...(as_of !== undefined && { as_of }),
              ...(pageParam !== '' && { cursor: pageParam }),
            },
          },
        }),
      )
      moments.current.set(name, page.as_of)
      return page
    },
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })

  const { data, refetch } = query
  const rows = useMemo(() => data?.pages.flatMap(rowsOf) ?? [], [data])
  const last = data?.pages.at(-1)

  /** Looks at the present moment. */
  const renew = useCallback(async () => {
    moments.current.delete(JSON.stringify(key))
    await queries.resetQueries({ queryKey: key })
  }, [key, queries])

  /** Puts the newest telling of an alert in its place. */
  const replace = useCallback(
    (alert: Alert) =>
      queries.setQueryData<InfiniteData<Page>>(key, (known) =>
        known
          ? {
              ...known,
              pages: known.pages.map((page) => ({
                ...page,
                data: page.data.map((one) => (one.id === alert.id ? alert : one)),
              })),
            }
          : known,
      ),
    [key, queries],
  )

  return {
    rows,
    total: last?.total ?? 0,
    groupTotal: last?.group_total,
    asOf: last?.as_of,
    /** Changes whenever the server has answered anew. */
    answeredAt: query.dataUpdatedAt,
    loading: query.isPending,
    /** Whether the rows are those of another look still. */
    stale: query.isPlaceholderData,
    error: query.error,
    hasMore: query.hasNextPage,
    more: () => void (query.isFetching || query.fetchNextPage()),
    again: () => void refetch(),
    renew,
    replace,
  }
}

const rowsOf = ({ data, groups }: Page): readonly QueueRow[] => {
  if (!groups) return data.map((alert) => ({ key: alert.id, alert }))
  const leads = new Map(data.map((alert) => [alert.id, alert]))
  return groups.flatMap((group): QueueRow[] => {
    const alert = leads.get(group.lead_id)
    return alert ? [{ key: keyOfGroup(group.filter), alert, group }] : []
  })
}

export type Rows = ReturnType<typeof useRows>
