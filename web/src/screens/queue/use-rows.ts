import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { type Look, toQuery } from './look.ts'

type Alert = Noun<'Alert'>

interface Page {
  readonly data: readonly Alert[]
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
  const key = useMemo(() => ['queue', 'rows', toQuery(look), look.sort] as const, [look])
  const moments = useRef(new Map<string, string>())
  const query = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    queryFn: async ({ pageParam }): Promise<Page> => {
      const name = JSON.stringify(key)
      const as_of = moments.current.get(name)
      const page = await answerOf(
        api.GET('/api/v1/alerts', {
          params: {
            query: {
              ...toQuery(look),
              sort: look.sort,
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
  const rows = useMemo(() => data?.pages.flatMap((page) => page.data) ?? [], [data])
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

export type Rows = ReturnType<typeof useRows>
