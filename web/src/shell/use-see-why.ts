import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { answerOf, api } from '../api/client.ts'

let told = false

/** Ticks "see why" of the first steps when somebody opens an incident; the server keeps that once. */
export const useSeeWhy = (): void => {
  const queries = useQueryClient()
  const path = useLocation({ select: ({ pathname }) => pathname })
  useEffect(() => {
    if (told || !path.startsWith('/incidents/')) return
    told = true
    answerOf(api.POST('/api/v1/checklist', { body: { step: 'see_why' } })).then(
      () => queries.invalidateQueries({ queryKey: ['overview'] }),
      // It is no more than a tick: the next incident tries again.
      () => {
        told = false
      },
    )
  }, [path, queries])
}
