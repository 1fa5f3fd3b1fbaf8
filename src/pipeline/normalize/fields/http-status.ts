import type { Draft } from '../draft.ts'

/** Sets the status of a request, and the outcome that it says, unless they are set. Ignores `-` and codes that are no status, such as 0. */
export const setStatus = (fields: Draft, status: string | number | undefined): void => {
  const code = Number(status)
  if (!(code >= 100)) return
  fields['http.response.status_code'] ??= code
  fields['event.outcome'] ??= code >= 400 ? 'failure' : 'success'
}
