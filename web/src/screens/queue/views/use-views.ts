import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { answerOf, api, type Noun } from '../../../api/client.ts'
import { onChange } from '../../../api/live.ts'

export type SavedView = Noun<'CountedView'>

const refreshMs = 5_000

/**
 * The saved views. Their counts are expensive, so they are loaded after the rows (`rowsLoaded`) and refreshed every few seconds at most.
 */
export const useViews = (rowsLoaded: boolean) => {
  const queries = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: ['views', 'counted'] })
      }, refreshMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [queries])
  const listed = useQuery({ queryKey: ['views', 'listed'], queryFn: () => readViews(false), staleTime: 30_000 })
  const counted = useQuery({
    queryKey: ['views', 'counted'],
    queryFn: () => readViews(true),
    enabled: rowsLoaded,
    staleTime: 30_000,
  })
  const views = useMemo(() => {
    const counts = new Map(counted.data?.map((view) => [view.id, view]))
    return listed.data?.map((view): SavedView => {
      const { total, open } = counts.get(view.id) ?? view
      return { ...view, total, open }
    })
  }, [listed.data, counted.data])
  return { views, error: listed.error, retry: () => void listed.refetch() }
}

const readViews = async (counted: boolean): Promise<readonly SavedView[]> =>
  (await answerOf(api.GET('/api/v1/views', { params: { query: { counted } } }))).data
