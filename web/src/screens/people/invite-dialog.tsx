import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Choice } from '../../parts/choice.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Time } from '../../parts/time.tsx'
import { roles } from './roles.ts'

type Role = (typeof roles)[number]

interface InviteDialogProps {
  readonly onClose: () => void
  readonly onMade: (made: Noun<'NewAccount'>) => void
}

/** Makes an account for somebody. */
export const InviteDialog = ({ onClose, onMade }: InviteDialogProps) => {
  const field = useRef<HTMLInputElement>(null)
  const [role, setRole] = useState<Role>('analyst')
  const make = useMutation({
    mutationFn: (username: string) => answerOf(api.POST('/api/v1/accounts', { body: { username, role } })),
    onSuccess: onMade,
    onError: () => field.current?.focus(),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const username = field.current?.value.trim()
    if (username) make.mutate(username)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite somebody"
      description="You get a link for them to set a password with. It works once, within a day."
    >
      <form onSubmit={submit} className="mt-1 flex flex-col items-start gap-3">
        <label className="flex w-full flex-col gap-1 font-medium">
          User name
          <input
            ref={field}
            data-first
            required
            maxLength={100}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            aria-invalid={make.isError}
            className="h-9 rounded-control border border-line-strong bg-surface px-3 font-normal"
          />
        </label>
        <Choice
          label="Role"
          options={roles.map((value) => ({ value, text: value }))}
          chosen={role}
          onChoose={setRole}
        />
        {make.error && (
          <p role="alert" className="text-critical">
            {toProblem(make.error).message}
          </p>
        )}
        <Button type="submit" look="primary" disabled={make.isPending}>
          Make the link
        </Button>
      </form>
    </Dialog>
  )
}

/** Shows a link once: it is kept nowhere. */
export const LinkDialog = ({
  account: { username, link, link_expires_at },
  onClose,
}: {
  readonly account: Pick<Noun<'NewAccount'>, 'username' | 'link' | 'link_expires_at'>
  readonly onClose: () => void
}) => {
  const whole = new URL(link, location.origin).href
  return (
    <Dialog
      open
      onClose={onClose}
      title={`A link for ${username}`}
      description="Send it to them now: it is not shown again. Whoever opens it first chooses the password."
    >
      <div className="mt-1 flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control border border-line bg-bg px-2 py-1.5 font-mono text-log break-all select-all">
          {whole}
        </code>
        <CopyButton text={whole} />
      </div>
      <p className="mt-2 text-small text-text-2">
        Until <Time at={link_expires_at} show="clock" />.
      </p>
    </Dialog>
  )
}
