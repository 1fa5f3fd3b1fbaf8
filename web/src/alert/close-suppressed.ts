import type { QueryClient } from '@tanstack/react-query'
import { answerOf, api, type Noun } from '../api/client.ts'
import { plural } from '../parts/number.ts'
import { formatDate, timeZone } from '../parts/time.tsx'
import { toastNotSaved } from '../parts/toast.tsx'
import { refresh } from './bulk-change.ts'
import { offerUndo } from './undo.ts'

/** Closes alerts as false positives after they were marked as normal. Undo also deletes the suppression. */
export const closeSuppressed = async (
  queries: QueryClient,
  ids: readonly string[],
  { id, expires_at, reason }: Noun<'Suppression'>,
): Promise<void> => {
  try {
    const { decision_id, changed } = await answerOf(
      api.POST('/api/v1/alerts/bulk', {
        body: { ids: [...ids], action: 'close', resolution: 'false_positive', note: `Normal: ${reason}` },
      }),
    )
    const until = expires_at === null ? '' : ` until ${formatDate(Date.parse(expires_at), Date.now(), timeZone.get())}`
    offerUndo({
      text: `Marked as normal${until}. Closed ${plural(changed, 'alert')} as false positive.`,
      async undo() {
        await answerOf(api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } } }))
        if (decision_id !== null) {
          await answerOf(api.POST('/api/v1/decisions/{id}/undo', { params: { path: { id: decision_id } } }))
        }
        await refresh(queries)
        return 'Undone. Matching alerts are shown again.'
      },
    })
  } catch (error) {
    toastNotSaved(error)
  } finally {
    await refresh(queries)
  }
}
