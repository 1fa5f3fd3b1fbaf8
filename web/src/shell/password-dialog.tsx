import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef } from 'react'
import { changePassword } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { toast } from '../parts/toast.tsx'
import { Field, Refusal } from './entrance.tsx'
import { useNewPassword } from './new-password.tsx'

/** Changes one's own password. */
export const PasswordDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const old = useRef<HTMLInputElement>(null)
  const chosen = useNewPassword()
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
    const new_password = chosen.take()
    if (new_password !== undefined) attempt.mutate({ password: old.current?.value ?? '', new_password })
  }
  return (
    <Dialog open onClose={onClose} title="Change your password" description="At least 12 characters.">
      <form onSubmit={submit} className="mt-1 flex flex-col gap-3">
        <Field label="Password" id="old" ref={old} type="password" autoComplete="current-password" data-first />
        {chosen.fields}
        {attempt.error && <Refusal error={attempt.error} />}
        <Button type="submit" look="primary" disabled={attempt.isPending} className="h-9">
          Change it
        </Button>
      </form>
    </Dialog>
  )
}
