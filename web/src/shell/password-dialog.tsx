import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef } from 'react'
import { changePassword } from '../api/sign-in.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { toast } from '../parts/toast.tsx'
import { useNewPassword } from './new-password.tsx'
import { Field, FormError } from './sign-in-layout.tsx'

/** Changes the user's own password. */
export const PasswordDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const old = useRef<HTMLInputElement>(null)
  const newPassword = useNewPassword()
  const attempt = useMutation({
    mutationFn: changePassword,
    meta: { asksPassword: true },
    onSuccess: () => {
      toast('Password changed. Your other sessions were signed out.')
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const new_password = newPassword.read()
    if (new_password !== undefined) attempt.mutate({ password: old.current?.value ?? '', new_password })
  }
  return (
    <Dialog open onClose={onClose} title="Change password" description="Use at least 12 characters.">
      <form onSubmit={submit} className="mt-1 flex flex-col gap-3">
        <Field label="Current password" id="old" ref={old} type="password" autoComplete="current-password" data-first />
        {newPassword.fields}
        {attempt.error && <FormError error={attempt.error} />}
        <Button type="submit" variant="primary" disabled={attempt.isPending} className="h-9">
          Change password
        </Button>
      </form>
    </Dialog>
  )
}
