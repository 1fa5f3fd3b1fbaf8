import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useSyncExternalStore } from 'react'
import { setPassword } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { useNewPassword } from './new-password.tsx'
import { FormError, SignInLayout } from './sign-in-layout.tsx'

let current: string | null = null
const listeners = new Set<() => void>()

/** The key of the password link that was opened, or null. */
export const passwordLink = {
  set(key: string | null): void {
    current = key
    for (const notify of listeners) notify()
  },
  use: (): string | null =>
    useSyncExternalStore(
      (notify) => {
        listeners.add(notify)
        return () => listeners.delete(notify)
      },
      () => current,
    ),
}

/** Sets a password with the key of a link, then signs in. */
export const SetPassword = ({ link }: { readonly link: string }) => {
  const queries = useQueryClient()
  const newPassword = useNewPassword()
  const { field } = newPassword
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
    const password = newPassword.read()
    if (password !== undefined) attempt.mutate(password)
  }
  return (
    <SignInLayout title="Set your password">
      <p className="-mt-3 text-text-2">Use at least 12 characters.</p>
      <form onSubmit={submit} className="flex flex-col gap-3">
        {newPassword.fields}
        <Button type="submit" variant="primary" disabled={attempt.isPending} className="mt-1 h-9">
          Set password
        </Button>
        {attempt.error && <FormError error={attempt.error} />}
      </form>
      <Button variant="ghost" onClick={() => passwordLink.set(null)}>
        Not now
      </Button>
    </SignInLayout>
  )
}
