import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { setPassword } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Entrance, Field, Refusal } from './entrance.tsx'

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
  const field = useRef<HTMLInputElement>(null)
  const again = useRef<HTMLInputElement>(null)
  const [differ, setDiffer] = useState(false)
  const attempt = useMutation({
    mutationFn: (password: string) => setPassword(queries, link, password),
    onSuccess: () => passwordLink.set(null),
  })
  useEffect(() => {
    document.title = 'Set your password · Vedette'
    field.current?.focus()
  }, [])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const password = field.current?.value ?? ''
    const isSame = password === again.current?.value
    setDiffer(!isSame)
    if (isSame) attempt.mutate(password)
    else again.current?.focus()
  }
  return (
    <Entrance title="Set your password">
      <p className="-mt-3 text-text-2">At least 12 characters. Nobody else ever sees it.</p>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="New password" id="new" ref={field} type="password" autoComplete="new-password" minLength={12} />
        <Field
          label="The same again"
          id="again"
          ref={again}
          type="password"
          autoComplete="new-password"
          aria-invalid={differ}
          {...(differ && { 'aria-describedby': 'differ' })}
        />
        {differ && (
          <p id="differ" role="alert" className="text-critical">
            The two are not the same.
          </p>
        )}
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
