import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiProblem } from './api/problem.ts'
import { sessionQuery, signIn, takeKey } from './api/session.ts'
import { finishWithProvider, takeAnswer } from './api/sign-in.ts'
import { createAppRouter } from './router.tsx'
import { listenForKeys } from './shell/keys.ts'
import { passwordLink } from './shell/set-password.tsx'
import { signInFailed } from './shell/sign-in.tsx'
import './styles.css'

/** A session that ended shows the sign-in again, whatever was asked. */
const noticeEnd = (error: unknown): void => {
  if (error instanceof ApiProblem && error.status === 401) queries.setQueryData(sessionQuery.queryKey, null)
}

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({
    onError: (error, _given, _result, { meta }) => {
      // A password that is not right is no session that ended.
      if (meta?.asksPassword !== true) noticeEnd(error)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What a person did wrong will not become right by asking again.
      retry: (count, error) => count < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    },
  },
})

const key = takeKey('k')
if (key !== undefined) await signIn(queries, key).catch(signInFailed)
const answer = takeAnswer()
if (answer) await finishWithProvider(queries, answer).catch(signInFailed)
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
