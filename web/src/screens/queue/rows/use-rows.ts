import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { answerOf, api, type Noun } from '../../../api/client.ts'
import { type QueueView, toQuery } from '../queue-view.ts'
import { keyOfGroup, type QueueRow } from './row-key.ts'

type Alert = Noun<'AlertHead'>

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
 * The alerts of a view, page by page, as of one point in time. New alerts are shown only on request, so that rows do not move, not even
 * when they are refetched after an action.
 */
export const useRows = (view: QueueView) => {
  const queries = useQueryClient()
  const key = useMemo(() => ['queue', 'rows', toQuery(view), view.sort, view.group] as const, [view])
  const timesByQuery = useRef(new Map<string, string>())
  const query = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    queryFn: async ({ pageParam }): Promise<Page> => {
      const name = JSON.stringify(key)
      const as_of = timesByQuery.current.get(name)
      const page = await answerOf(
        api.GET('/api/v1/alerts/heads', {
          params: {
            query: {
              ...toQuery(view),
              sort: view.sort,
              ...(view.group !== undefined && { group: view.group }),
              limit: pageSize,
              ...(as_of !== undefined && { as_of }),
              ...(pageParam !== '' && { cursor: pageParam }),
            },
          },
        }),
      )
      timesByQuery.current.set(name, page.as_of)
      return page
    },
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })

  const { data, refetch } = query
  const rows = useMemo(() => data?.pages.flatMap(rowsOf) ?? [], [data])
  const last = data?.pages.at(-1)

  /** Loads the alerts as of now. */
  const showNew = useCallback(async () => {
    timesByQuery.current.delete(JSON.stringify(key))
    await queries.resetQueries({ queryKey: key })
  }, [key, queries])

  /** Replaces an alert in its row. */
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
    /** The time of the last response. */
    answeredAt: query.dataUpdatedAt,
    loading: query.isPending,
    /** Whether the rows are still those of the previous view. */
    stale: query.isPlaceholderData,
    error: query.error,
    hasMore: query.hasNextPage,
    more: () => void (query.isFetching || query.fetchNextPage()),
    retry: () => void refetch(),
    showNew,
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
