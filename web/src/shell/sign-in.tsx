import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef } from 'react'
import { signIn } from '../api/session.ts'
import { goToProvider, signInWithPassword, waysQuery } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/states.tsx'
import { Entrance, Field, Refusal } from './entrance.tsx'

let linkFailure: unknown

/** Remembers why a link, or a sign-in elsewhere, did not work, to be said on the sign-in. */
export const signInFailed = (error: unknown): void => {
  linkFailure = error
}

/** The ways in: an account, the identity provider, a token, or the link that the server printed. */
export const SignIn = () => {
  const ways = useQuery(waysQuery)
  useEffect(() => {
    document.title = 'Sign in · Vedette'
  }, [])
  const { password = false, provider = null } = ways.data ?? {}
  const only = !password && provider === null
  return (
    <Entrance title="Sign in to Vedette">
      {linkFailure !== undefined && <Refusal error={linkFailure} />}
      {ways.isPending && <Loading what="Asking how one may sign in…" />}
      {provider !== null && <WithProvider name={provider} first={!password} />}
      {password && <WithPassword />}
      {!ways.isPending && only && (
        <>
          <p className="-mt-3 text-text-2">Open the link that the server printed when it started, or enter a token.</p>
          <WithToken first />
        </>
      )}
      {!ways.isPending && !only && (
        <details className="border-t border-line pt-3">
          <summary className="cursor-pointer text-text-2">Use a token</summary>
          <div className="mt-3">
            <WithToken />
          </div>
        </details>
      )}
    </Entrance>
  )
}

/** Puts the cursor where one begins to type. */
const useFirst = <Element extends HTMLElement>(first: boolean) => {
  const field = useRef<Element>(null)
  useEffect(() => {
    if (first) field.current?.focus()
  }, [first])
  return field
}

const WithProvider = ({ name, first }: { readonly name: string; readonly first: boolean }) => {
  const button = useFirst<HTMLButtonElement>(first)
  const attempt = useMutation({ mutationFn: goToProvider, onMutate: () => signInFailed(undefined) })
  return (
    <>
      <Button
        ref={button}
        look={first ? 'primary' : 'plain'}
        className="h-9"
        disabled={attempt.isPending || attempt.isSuccess}
        onClick={() => attempt.mutate()}
      >
        Sign in with {name}
      </Button>
      {attempt.error && <Refusal error={attempt.error} />}
    </>
  )
}

const WithPassword = () => {
  const queries = useQueryClient()
  const name = useFirst<HTMLInputElement>(true)
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
      <Field label="User name" id="username" ref={name} autoComplete="username" />
      <Field label="Password" id="password" ref={secret} type="password" autoComplete="current-password" />
      <Button type="submit" look="primary" disabled={attempt.isPending} className="mt-1 h-9">
        Sign in
      </Button>
      {attempt.error && <Refusal error={attempt.error} />}
    </form>
  )
}

const WithToken = ({ first = false }: { readonly first?: boolean }) => {
  const queries = useQueryClient()
  const field = useFirst<HTMLInputElement>(first)
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
      <Button type="submit" look={first ? 'primary' : 'plain'} disabled={attempt.isPending} className="h-9">
        {first ? 'Sign in' : 'Sign in with the token'}
      </Button>
      {attempt.error && <Refusal error={attempt.error} />}
      <p className="text-small text-text-2">
        A token is made with <code className="font-mono">./vedette token create</code>. Its secret stays on this
        machine.
      </p>
    </form>
  )
}
