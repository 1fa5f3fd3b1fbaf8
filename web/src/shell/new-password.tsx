import { type RefObject, useRef, useState } from 'react'
import { Field } from './entrance.tsx'

/** A new password, typed twice: its fields, and what was typed; undefined, with a word on it, while the two are not the same. */
export const useNewPassword = () => {
  const field = useRef<HTMLInputElement>(null)
  const again = useRef<HTMLInputElement>(null)
  const [differ, setDiffer] = useState(false)
  return {
    field,
    take(): string | undefined {
      const password = field.current?.value ?? ''
      const isSame = password === again.current?.value
      setDiffer(!isSame)
      if (isSame) return password
      again.current?.focus()
      return undefined
    },
    fields: <NewPassword field={field} again={again} differ={differ} />,
  }
}

interface NewPasswordProps {
  readonly field: RefObject<HTMLInputElement | null>
  readonly again: RefObject<HTMLInputElement | null>
  readonly differ: boolean
}

const NewPassword = ({ field, again, differ }: NewPasswordProps) => (
  <>
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
  </>
)
