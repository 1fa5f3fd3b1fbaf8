import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { toLabel } from '../../parts/label.ts'
import { SegmentedControl } from '../../parts/segmented-control.tsx'
import { Time } from '../../parts/time.tsx'

/** The roles of users, most powerful first. */
export const roles = ['admin', 'supervisor', 'analyst', 'auditor', 'viewer'] as const
type Role = (typeof roles)[number]

interface InviteDialogProps {
  readonly onClose: () => void
  readonly onCreated: (account: Noun<'NewAccount'>) => void
}

/** Creates a user. */
export const InviteDialog = ({ onClose, onCreated }: InviteDialogProps) => {
  const field = useRef<HTMLInputElement>(null)
  const [role, setRole] = useState<Role>('analyst')
  const create = useMutation({
    mutationFn: (username: string) => answerOf(api.POST('/api/v1/accounts', { body: { username, role } })),
    onSuccess: onCreated,
    onError: () => field.current?.focus(),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const username = field.current?.value.trim()
    if (username) create.mutate(username)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite user"
      description="Creates a link to set a password. The link works once and expires after 24 hours."
    >
      <form onSubmit={submit} className="mt-1 flex flex-col items-start gap-3">
        <label className="flex w-full flex-col gap-1 font-medium">
          Username
          <input
            ref={field}
            data-first
            required
            maxLength={100}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            aria-invalid={create.isError}
            className="h-9 rounded-control border border-line-strong bg-surface px-3 font-normal"
          />
        </label>
        <SegmentedControl
          label="Role"
          options={roles.map((value) => ({ value, text: toLabel(value) }))}
          selected={role}
          onSelect={setRole}
        />
        {create.error && (
          <p role="alert" className="text-critical">
            {toProblem(create.error).message}
          </p>
        )}
        <Button type="submit" variant="primary" disabled={create.isPending}>
          Create link
        </Button>
      </form>
    </Dialog>
  )
}

/** Shows a password link once. Only its hash is stored. */
export const LinkDialog = ({
  account: { username, link, link_expires_at },
  onClose,
}: {
  readonly account: Pick<Noun<'NewAccount'>, 'username' | 'link' | 'link_expires_at'>
  readonly onClose: () => void
}) => {
  const url = new URL(link, location.origin).href
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Password link for ${username}`}
      description="Send this link now: it is not shown again. Anyone with the link can set the password."
    >
      <div className="mt-1 flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control border border-line bg-bg px-2 py-1.5 font-mono text-log break-all select-all">
          {url}
        </code>
        <CopyButton text={url} />
      </div>
      <p className="mt-2 text-small text-text-2">
        Expires <Time at={link_expires_at} show="clock" />
      </p>
    </Dialog>
  )
}
