import { type RefObject, useRef, useState } from 'react'
import { Field } from './sign-in-layout.tsx'

const minLength = 12

/** Renders the fields for a new password. `read` returns the password, or shows an error and returns undefined. */
export const useNewPassword = () => {
  const field = useRef<HTMLInputElement>(null)
  const confirmation = useRef<HTMLInputElement>(null)
  const [error, setError] = useState<PasswordError>()
  return {
    field,
    read(): string | undefined {
      const password = field.current?.value ?? ''
      const found =
        password.length < minLength ? 'short' : password === confirmation.current?.value ? undefined : 'differ'
      setError(found)
      if (found === undefined) return password
      const wrong = found === 'short' ? field : confirmation
      wrong.current?.focus()
      return undefined
    },
    fields: <NewPassword field={field} confirmation={confirmation} error={error} />,
  }
}

type PasswordError = 'short' | 'differ'

interface NewPasswordProps {
  readonly field: RefObject<HTMLInputElement | null>
  readonly confirmation: RefObject<HTMLInputElement | null>
  readonly error: PasswordError | undefined
}

const NewPassword = ({ field, confirmation, error }: NewPasswordProps) => (
  <>
    <Field
      label="New password"
      id="new"
      ref={field}
      type="password"
      autoComplete="new-password"
      aria-invalid={error === 'short'}
      {...(error === 'short' && { 'aria-describedby': 'new-error' })}
    />
    <Field
      label="Confirm password"
      id="confirm"
      ref={confirmation}
      type="password"
      autoComplete="new-password"
      aria-invalid={error === 'differ'}
      {...(error === 'differ' && { 'aria-describedby': 'new-error' })}
    />
    {error && (
      <p id="new-error" role="alert" className="text-critical">
        {error === 'short' ? `Use at least ${minLength} characters.` : 'Passwords do not match.'}
      </p>
    )}
  </>
)
