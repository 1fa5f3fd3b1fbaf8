import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Noun } from './client.ts'
import { ApiProblem } from './problem.ts'

type Session = Noun<'Session'>

/** The session of this browser, or null when signed out. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await answerOf(api.GET('/api/v1/session'))
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null
      throw error
    }
  },
  staleTime: 60_000,
  // Recover automatically after the server restarts.
  refetchInterval: ({ state }) => (state.status === 'error' ? 5_000 : false),
})

/** Signs in with the key of a one-time link, or with a token. */
export const signIn = async (queries: QueryClient, key: string): Promise<void> => {
  const session = await answerOf(api.POST('/api/v1/session', { body: { key } }))
  queries.setQueryData(sessionQuery.queryKey, session)
}

let inUse = false

/** Notes that the user is signed in on this page. */
export const noteSession = (): void => {
  inUse = true
}

/** Returns whether the session of this page ended although the user did not sign out here. */
export const hasExpired = (): boolean => inUse

/** Ends the session and clears all cached data. */
export const signOut = async (queries: QueryClient): Promise<void> => {
  await answerOf(api.DELETE('/api/v1/session'))
  inUse = false
  queries.setQueryData(sessionQuery.queryKey, null)
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
}

/** Reads the key of a link and removes it from the URL: `k` signs in, `p` sets a password. The key is in the fragment, which browsers never send. */
export const takeKey = (name: 'k' | 'p'): string | undefined => {
  const key = new URLSearchParams(location.hash.slice(1)).get(name)
  if (key === null) return undefined
  history.replaceState(null, '', location.pathname + location.search)
  return key
}

const ranks = ['ingest', 'viewer', 'auditor', 'analyst', 'admin'] as const

/**
 * Returns whether the signed-in user has a role or a higher one.
 * @public
 */
export const useMay = (role: Session['role']): boolean => {
  const { data } = useQuery(sessionQuery)
  return data != null && ranks.indexOf(data.role) >= ranks.indexOf(role)
}
