import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef } from 'react'
import { signIn } from '../api/session.ts'
import { authMethodsQuery, signInWithPassword, startProviderSignIn } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/states.tsx'
import { Field, FormError, SignInLayout } from './sign-in-layout.tsx'

let linkFailure: unknown

/** Stores why a link or a provider sign-in failed, to show it on the sign-in page. */
export const signInFailed = (error: unknown): void => {
  linkFailure = error
}

/** Signs in with a password, an identity provider or a token. */
export const SignIn = ({ expired }: { readonly expired: boolean }) => {
  const methods = useQuery(authMethodsQuery)
  useEffect(() => {
    document.title = 'Sign in · Vedette'
  }, [])
  const { password = false, provider = null } = methods.data ?? {}
  const tokenOnly = !password && provider === null
  return (
    <SignInLayout title="Sign in to Vedette">
      {expired && (
        <p role="status" className="-mt-3">
          Your session ended. Sign in again to return to this page. An action that you just took may not be saved.
        </p>
      )}
      {linkFailure !== undefined && <FormError error={linkFailure} />}
      {methods.isPending && <Loading label="Loading sign-in options…" />}
      {provider !== null && <WithProvider name={provider} first={!password} />}
      {password && <WithPassword />}
      {!methods.isPending && tokenOnly && (
        <>
          <p className={expired ? 'text-text-2' : '-mt-3 text-text-2'}>
            Open the link that the server printed at startup, or enter a token.
          </p>
          <WithToken first />
        </>
      )}
      {!methods.isPending && !tokenOnly && (
        <details className="border-t border-line pt-3">
          <summary className="cursor-pointer text-text-2">Use a token</summary>
          <div className="mt-3">
            <WithToken />
          </div>
        </details>
      )}
    </SignInLayout>
  )
}

/** Returns a ref that focuses its element on mount. */
const useAutoFocus = <Element extends HTMLElement>(first: boolean) => {
  const field = useRef<Element>(null)
  useEffect(() => {
    if (first) field.current?.focus()
  }, [first])
  return field
}

const WithProvider = ({ name, first }: { readonly name: string; readonly first: boolean }) => {
  const button = useAutoFocus<HTMLButtonElement>(first)
  const attempt = useMutation({ mutationFn: startProviderSignIn, onMutate: () => signInFailed(undefined) })
  return (
    <>
      <Button
        ref={button}
        variant={first ? 'primary' : 'plain'}
        className="h-9"
        disabled={attempt.isPending || attempt.isSuccess}
        onClick={() => attempt.mutate()}
      >
        Sign in with {name}
      </Button>
      {attempt.error && <FormError error={attempt.error} />}
    </>
  )
}

const WithPassword = () => {
  const queries = useQueryClient()
  const name = useAutoFocus<HTMLInputElement>(true)
  const secret = useRef<HTMLInputElement>(null)
  const attempt = useMutation({
    mutationFn: (entered: { readonly username: string; readonly password: string }) =>
      signInWithPassword(queries, entered),
    onMutate: () => signInFailed(undefined),
    onError: () => secret.current?.focus(),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const [username, password] = [name.current?.value.trim() ?? '', secret.current?.value ?? '']
    if (secret.current) secret.current.value = ''
    if (username !== '' && password !== '') attempt.mutate({ username, password })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="Username" id="username" ref={name} autoComplete="username" />
      <Field label="Password" id="password" ref={secret} type="password" autoComplete="current-password" />
      <Button type="submit" variant="primary" disabled={attempt.isPending} className="mt-1 h-9">
        Sign in
      </Button>
      {attempt.error && <FormError error={attempt.error} />}
    </form>
  )
}

const WithToken = ({ first = false }: { readonly first?: boolean }) => {
  const queries = useQueryClient()
  const field = useAutoFocus<HTMLInputElement>(first)
  const attempt = useMutation({
    mutationFn: (key: string) => signIn(queries, key),
    onMutate: () => signInFailed(undefined),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const key = field.current?.value.trim()
    if (field.current) field.current.value = ''
    if (key) attempt.mutate(key)
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="Token" id="key" ref={field} type="password" autoComplete="off" className="font-mono text-log" />
      <Button type="submit" variant={first ? 'primary' : 'plain'} disabled={attempt.isPending} className="h-9">
        {first ? 'Sign in' : 'Sign in with token'}
      </Button>
      {attempt.error && <FormError error={attempt.error} />}
      <p className="text-small text-text-2">
        Create a token with <code className="font-mono">./vedette token create</code>.
      </p>
    </form>
  )
}
