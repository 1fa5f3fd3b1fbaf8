import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { answerOf, api } from './client.ts'
import { sessionQuery } from './session.ts'

/** How one may sign in here. */
export const waysQuery = queryOptions({
  queryKey: ['ways-in'],
  queryFn: () => answerOf(api.GET('/api/v1/session/ways')),
})

interface NameAndPassword {
  readonly username: string
  readonly password: string
}

/** Signs in with an account. */
export const signInWithPassword = async (queries: QueryClient, body: NameAndPassword): Promise<void> => {
  const session = await answerOf(api.POST('/api/v1/session/password', { body }))
  queries.setQueryData(sessionQuery.queryKey, session)
}

/** Sets a password with the key of a link, and signs in with it. */
export const setPassword = async (queries: QueryClient, key: string, password: string): Promise<void> => {
  const { username } = await answerOf(api.POST('/api/v1/password', { body: { key, new_password: password } }))
  await signInWithPassword(queries, { username, password })
}

/** Changes one's own password; one's other sessions end. */
export const changePassword = (body: { readonly password: string; readonly new_password: string }) =>
  answerOf(api.PATCH('/api/v1/password', { body }))

const remembered = 'vedette.sign-in'
const returnPath = '/signed-in'

/** Goes to the identity provider, which sends the browser back to `/signed-in`. */
export const goToProvider = async (): Promise<void> => {
  const { location: there, pending } = await answerOf(api.POST('/api/v1/session/provider'))
  // Kept by this tab alone: an answer that somebody else made finds nothing to go with it.
  sessionStorage.setItem(remembered, JSON.stringify([pending, location.pathname + location.search]))
  location.assign(there)
}

/** Takes what the identity provider answered from the address; undefined when nobody comes from there. */
export const takeAnswer = (): { readonly answer: string; readonly pending: string } | undefined => {
  if (location.pathname !== returnPath) return undefined
  const answer = location.search.slice(1)
  const [pending, path] = readRemembered()
  sessionStorage.removeItem(remembered)
  history.replaceState(null, '', path)
  return answer === '' ? undefined : { answer, pending }
}

/** Changes that answer for a session. */
export const finishWithProvider = async (
  queries: QueryClient,
  body: { readonly answer: string; readonly pending: string },
): Promise<void> => {
  const session = await answerOf(api.POST('/api/v1/session/provider/answer', { body }))
  queries.setQueryData(sessionQuery.queryKey, session)
}

const readRemembered = (): readonly [pending: string, path: string] => {
  const found: unknown = JSON.parse(sessionStorage.getItem(remembered) ?? '[]')
  const [pending, path] = Array.isArray(found) ? found : []
  // Without it the server says what is wrong, better than we could.
  return [
    typeof pending === 'string' ? pending : 'none',
    typeof path === 'string' && /^\/(?!\/)/.test(path) ? path : '/',
  ]
}
