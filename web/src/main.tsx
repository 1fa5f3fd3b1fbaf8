import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { moveBelowBasePath } from './api/base-path.ts'
import { ApiProblem } from './api/problem.ts'
import { sessionQuery, signIn, takeKey } from './api/session.ts'
import { finishProviderSignIn, takeProviderCallback } from './api/sign-in.ts'
import { createAppRouter } from './router.tsx'
import { listenForKeys } from './shell/keys.ts'
import { passwordLink } from './shell/set-password.tsx'
import { signInFailed } from './shell/sign-in.tsx'
import './styles.css'

/** Shows the sign-in page after any request that fails because the session ended. */
const onSessionEnd = (error: unknown): void => {
  if (error instanceof ApiProblem && error.status === 401) queries.setQueryData(sessionQuery.queryKey, null)
}

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: onSessionEnd }),
  mutationCache: new MutationCache({
    onError: (error, _given, _result, { meta }) => {
      // A wrong password also answers 401, but the session is still valid.
      if (meta?.asksPassword !== true) onSessionEnd(error)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Retrying cannot fix a client error.
      retry: (count, error) => count < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    },
  },
})

moveBelowBasePath()
const signInKey = takeKey('k')
if (signInKey !== undefined) await signIn(queries, signInKey).catch(signInFailed)
const callback = takeProviderCallback()
if (callback) await finishProviderSignIn(queries, callback).catch(signInFailed)
const passwordKey = takeKey('p')
if (passwordKey !== undefined) passwordLink.set(passwordKey)

listenForKeys()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={createAppRouter(queries)} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
