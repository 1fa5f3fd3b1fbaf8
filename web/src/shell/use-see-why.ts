import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { answerOf, api } from '../api/client.ts'

let reported = false

/** Completes the step "see why" of the checklist when the user opens an incident. */
export const useSeeWhy = (): void => {
  const queries = useQueryClient()
  const path = useLocation({ select: ({ pathname }) => pathname })
  useEffect(() => {
    if (reported || !path.startsWith('/incidents/')) return
    reported = true
    answerOf(api.POST('/api/v1/checklist', { body: { step: 'see_why' } })).then(
      () => queries.invalidateQueries({ queryKey: ['overview'] }),
      // Not important enough for an error: the next incident tries again.
      () => {
        reported = false
      },
    )
  }, [path, queries])
}
