import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { changePassword } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { toast } from '../parts/toast.tsx'
import { Field, Refusal } from './entrance.tsx'

/** Changes one's own password. */
export const PasswordDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [old, next, again] = [
    useRef<HTMLInputElement>(null),
    useRef<HTMLInputElement>(null),
    useRef<HTMLInputElement>(null),
  ]
  const [differ, setDiffer] = useState(false)
  const attempt = useMutation({
    mutationFn: changePassword,
    meta: { asksPassword: true },
    onSuccess: () => {
      toast('Your password is changed. Your other sessions ended.')
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const new_password = next.current?.value ?? ''
    const isSame = new_password === again.current?.value
    setDiffer(!isSame)
    if (isSame) attempt.mutate({ password: old.current?.value ?? '', new_password })
    else again.current?.focus()
  }
  return (
    <Dialog open onClose={onClose} title="Change your password" description="At least 12 characters.">
      <form onSubmit={submit} className="mt-1 flex flex-col gap-3">
        <Field label="Password" id="old" ref={old} type="password" autoComplete="current-password" data-first />
        <Field label="New password" id="new" ref={next} type="password" autoComplete="new-password" minLength={12} />
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
        {attempt.error && <Refusal error={attempt.error} />}
        <Button type="submit" look="primary" disabled={attempt.isPending} className="h-9">
          Change it
        </Button>
      </form>
    </Dialog>
  )
}
