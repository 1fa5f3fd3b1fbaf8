import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef } from 'react'
import { toProblem } from '../api/problem.ts'
import { signIn } from '../api/session.ts'
import { Button } from '../parts/button.tsx'

let linkFailure: unknown

/** Remembers why a sign-in link did not work, to be said on the sign-in. */
export const signInFailed = (error: unknown): void => {
  linkFailure = error
}

/** The way in: a link that the server printed, or a token. */
export const SignIn = () => {
  const queries = useQueryClient()
  const field = useRef<HTMLInputElement>(null)
  const attempt = useMutation({ mutationFn: (key: string) => signIn(queries, key) })
  const failure = attempt.error ?? (attempt.isIdle ? linkFailure : undefined)
  useEffect(() => {
    document.title = 'Sign in · Vedette'
    field.current?.focus()
  }, [])

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const key = field.current?.value.trim()
    if (field.current) field.current.value = ''
    if (key) attempt.mutate(key)
  }

  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 p-6">
      <img src="/icon.svg" alt="" width="40" height="40" />
      <div>
        <h1 className="text-display">Sign in to Vedette</h1>
        <p className="mt-2 text-text-2">Open the link that the server printed when it started, or enter a token.</p>
      </div>
      <form onSubmit={submit} className="flex flex-col gap-2">
        <label htmlFor="key" className="font-medium">
          Token
        </label>
        <input
          ref={field}
          id="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          className="h-9 rounded-control border border-line-strong bg-surface px-3 font-mono text-log"
        />
        <Button type="submit" look="primary" disabled={attempt.isPending} className="mt-1 h-9">
          Sign in
        </Button>
      </form>
      {failure !== undefined && failure !== null && <Refusal error={failure} />}
      <p className="text-small text-text-2">
        A token is made with <code className="font-mono">vedette token create</code>. Its secret stays on this machine.
      </p>
    </main>
  )
}

const Refusal = ({ error }: { readonly error: unknown }) => {
  const { message, hint } = toProblem(error)
  return (
    <div role="alert" className="rounded-control border border-critical/50 px-3 py-2">
      <p className="font-medium text-critical">{message}</p>
      {hint !== undefined && <p className="mt-1 text-text-2">{hint}</p>}
    </div>
  )
}
