import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useSyncExternalStore } from 'react'
import { setPassword } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Entrance, Refusal } from './entrance.tsx'
import { useNewPassword } from './new-password.tsx'

let current: string | null = null
const listeners = new Set<() => void>()

/** The key of the link that was opened to set a password; null when none was. */
export const passwordLink = {
  set(key: string | null): void {
    current = key
    for (const tell of listeners) tell()
  },
  use: (): string | null =>
    useSyncExternalStore(
      (tell) => {
        listeners.add(tell)
        return () => listeners.delete(tell)
      },
      () => current,
    ),
}

/** Lets whoever opened such a link choose a password, and in. */
export const SetPassword = ({ link }: { readonly link: string }) => {
  const queries = useQueryClient()
  const chosen = useNewPassword()
  const { field } = chosen
  const attempt = useMutation({
    mutationFn: (password: string) => setPassword(queries, link, password),
    onSuccess: () => passwordLink.set(null),
  })
  useEffect(() => {
    document.title = 'Set your password · Vedette'
    field.current?.focus()
  }, [field])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const password = chosen.take()
    if (password !== undefined) attempt.mutate(password)
  }
  return (
    <Entrance title="Set your password">
      <p className="-mt-3 text-text-2">At least 12 characters. Nobody else ever sees it.</p>
      <form onSubmit={submit} className="flex flex-col gap-3">
        {chosen.fields}
        <Button type="submit" look="primary" disabled={attempt.isPending} className="mt-1 h-9">
          Set it and sign in
        </Button>
        {attempt.error && <Refusal error={attempt.error} />}
      </form>
      <Button look="ghost" onClick={() => passwordLink.set(null)}>
        Not now
      </Button>
    </Entrance>
  )
}
