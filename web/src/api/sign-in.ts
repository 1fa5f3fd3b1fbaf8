import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { basePath } from './base-path.ts'
import { answerOf, api } from './client.ts'
import { sessionQuery } from './session.ts'

/** The authentication methods that this server offers. */
export const authMethodsQuery = queryOptions({
  queryKey: ['auth-methods'],
  queryFn: () => answerOf(api.GET('/api/v1/session/ways')),
})

interface NameAndPassword {
  readonly username: string
  readonly password: string
}

/** Signs in with a username and password. */
export const signInWithPassword = async (queries: QueryClient, body: NameAndPassword): Promise<void> => {
  const session = await answerOf(api.POST('/api/v1/session/password', { body }))
  queries.setQueryData(sessionQuery.queryKey, session)
}

/** Sets a password with the key of a link, then signs in. */
export const setPassword = async (queries: QueryClient, key: string, password: string): Promise<void> => {
  const { username } = await answerOf(api.POST('/api/v1/password', { body: { key, new_password: password } }))
  await signInWithPassword(queries, { username, password })
}

/** Changes the user's own password, which ends their other sessions. */
export const changePassword = (body: { readonly password: string; readonly new_password: string }) =>
  answerOf(api.PATCH('/api/v1/password', { body }))

const pendingKey = 'vedette.sign-in'
const returnPath = `${basePath}/signed-in`

/** Redirects to the identity provider, which redirects back to `/signed-in`. */
export const startProviderSignIn = async (): Promise<void> => {
  const { location: providerUrl, pending } = await answerOf(api.POST('/api/v1/session/provider'))
  // Stored for this tab only, so that a forged callback has no matching state.
  sessionStorage.setItem(pendingKey, JSON.stringify([pending, location.pathname + location.search]))
  location.assign(providerUrl)
}

/** Reads the identity provider's callback and removes it from the URL. Undefined on any other page. */
export const takeProviderCallback = (): { readonly answer: string; readonly pending: string } | undefined => {
  if (location.pathname !== returnPath) return undefined
  const answer = location.search.slice(1)
  const [pending, path] = readPending()
  sessionStorage.removeItem(pendingKey)
  history.replaceState(null, '', path)
  return answer === '' ? undefined : { answer, pending }
}

/** Exchanges the callback for a session. */
export const finishProviderSignIn = async (
  queries: QueryClient,
  body: { readonly answer: string; readonly pending: string },
): Promise<void> => {
  const session = await answerOf(api.POST('/api/v1/session/provider/answer', { body }))
  queries.setQueryData(sessionQuery.queryKey, session)
}

const readPending = (): readonly [pending: string, path: string] => {
  const stored: unknown = JSON.parse(sessionStorage.getItem(pendingKey) ?? '[]')
  const [pending, path] = Array.isArray(stored) ? stored : []
  // If the state is missing, the server answers with a precise error.
  return [
    typeof pending === 'string' ? pending : 'none',
    typeof path === 'string' && /^\/(?!\/)/.test(path) ? path : `${basePath}/`,
  ]
}
