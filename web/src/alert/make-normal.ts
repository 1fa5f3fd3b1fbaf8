import type { QueryClient } from '@tanstack/react-query'
import { answerOf, api, type Noun } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { plural } from '../parts/number.ts'
import { toast } from '../parts/toast.tsx'
import { remember } from './undo.ts'

/** Closes as false positives the alerts that somebody has just called normal; both go back together. */
export const closeNormal = async (
  queries: QueryClient,
  ids: readonly string[],
  { id, expires_at, reason }: Noun<'Suppression'>,
): Promise<void> => {
  const refresh = () =>
    Promise.all(['queue', 'alerts', 'incidents', 'views'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  try {
    const { decision_id, changed } = await answerOf(
      api.POST('/api/v1/alerts/bulk', {
        body: { ids: [...ids], action: 'close', resolution: 'false_positive', note: `Normal: ${reason}` },
      }),
    )
    const until = expires_at === null ? '' : ` until ${expires_at.slice(0, 10)}`
    remember({
      text: `Normal${until}; closed ${plural(changed, 'alert')} as false positive.`,
      async undo() {
        await answerOf(api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } } }))
        if (decision_id !== null) {
          await answerOf(api.POST('/api/v1/decisions/{id}/undo', { params: { path: { id: decision_id } } }))
        }
        await refresh()
        return 'Taken back: it is heard of again.'
      },
    })
  } catch (error) {
    toast(toProblem(error).message, { error: true })
  } finally {
    await refresh()
  }
}
