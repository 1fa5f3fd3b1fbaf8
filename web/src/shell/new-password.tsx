import { type RefObject, useRef, useState } from 'react'
import { Field } from './entrance.tsx'

const least = 12

/** A new password, typed twice: its fields, and what was typed; undefined, with a word on it, while it is too short or the two differ. */
export const useNewPassword = () => {
  const field = useRef<HTMLInputElement>(null)
  const again = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<Fault>()
  return {
    field,
    take(): string | undefined {
      const password = field.current?.value ?? ''
      const found = password.length < least ? 'short' : password === again.current?.value ? undefined : 'differ'
      setFault(found)
      if (found === undefined) return password
      const wrong = found === 'short' ? field : again
      wrong.current?.focus()
      return undefined
    },
    fields: <NewPassword field={field} again={again} fault={fault} />,
  }
}

type Fault = 'short' | 'differ'

interface NewPasswordProps {
  readonly field: RefObject<HTMLInputElement | null>
  readonly again: RefObject<HTMLInputElement | null>
  readonly fault: Fault | undefined
}

const NewPassword = ({ field, again, fault }: NewPasswordProps) => (
  <>
    <Field
      label="New password"
      id="new"
      ref={field}
      type="password"
      autoComplete="new-password"
      aria-invalid={fault === 'short'}
      {...(fault === 'short' && { 'aria-describedby': 'new-fault' })}
    />
    <Field
      label="The same again"
      id="again"
      ref={again}
      type="password"
      autoComplete="new-password"
      aria-invalid={fault === 'differ'}
      {...(fault === 'differ' && { 'aria-describedby': 'new-fault' })}
    />
    {fault && (
      <p id="new-fault" role="alert" className="text-critical">
        {fault === 'short' ? `It takes at least ${least} characters.` : 'The two are not the same.'}
      </p>
    )}
  </>
)
