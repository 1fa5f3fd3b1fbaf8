import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Noun } from './client.ts'
import { ApiProblem } from './problem.ts'

type Session = Noun<'Session'>

/** Who is signed in in this browser; null when nobody is. */
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
  // A server that restarts is noticed without anybody pressing a key.
  refetchInterval: ({ state }) => (state.status === 'error' ? 5_000 : false),
})

/** Signs in with the key of a one-time link, or with a token. */
export const signIn = async (queries: QueryClient, key: string): Promise<void> => {
  const session = await answerOf(api.POST('/api/v1/session', { body: { key } }))
  queries.setQueryData(sessionQuery.queryKey, session)
}

/** Ends the session and forgets everything that it was shown. */
export const signOut = async (queries: QueryClient): Promise<void> => {
  await answerOf(api.DELETE('/api/v1/session'))
  queries.setQueryData(sessionQuery.queryKey, null)
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
}

/** The key of a link: `k` signs in, `p` sets a password. It stands behind the #, which browsers send nowhere, and is taken from the address before anything else. */
export const takeKey = (name: 'k' | 'p'): string | undefined => {
  const key = new URLSearchParams(location.hash.slice(1)).get(name)
  if (key === null) return undefined
  history.replaceState(null, '', location.pathname + location.search)
  return key
}

const ranks = ['ingest', 'viewer', 'auditor', 'analyst', 'admin'] as const

/**
 * Whether who is signed in may do what needs a role.
 * @public
 */
export const useMay = (role: Session['role']): boolean => {
  const { data } = useQuery(sessionQuery)
  return data != null && ranks.indexOf(data.role) >= ranks.indexOf(role)
}
