import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { onChange } from '../../api/live.ts'

export type View = Noun<'CountedView'>

const renewMs = 5_000

/**
 * The views that one can choose from. They are there at once; counting what each shows takes a look at every alert and waits until the
 * rows have been `answered`. It is done again when something changes, every few seconds at most.
 */
export const useViews = (answered: boolean): readonly View[] | undefined => {
  const queries = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: ['views', 'counted'] })
      }, renewMs)
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
    enabled: answered,
    staleTime: 30_000,
  })
  return useMemo(() => {
    const counts = new Map(counted.data?.map((view) => [view.id, view]))
    return listed.data?.map((view) => {
      const { total, open } = counts.get(view.id) ?? view
      return { ...view, total, open }
    })
  }, [listed.data, counted.data])
}

const readViews = async (counted: boolean): Promise<readonly View[]> =>
  (await answerOf(api.GET('/api/v1/views', { params: { query: { counted } } }))).data
