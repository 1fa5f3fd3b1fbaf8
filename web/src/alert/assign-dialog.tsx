import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef } from 'react'
import { answerOf, api } from '../api/client.ts'
import { sessionQuery } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'

interface AssignDialogProps {
  /** The objects to assign: "3 alerts". */
  readonly subject: string
  readonly onClose: () => void
  readonly onAssign: (assignee: string | null) => void
}

/** Assigns to the current user or by name, with suggestions from existing assignees, or unassigns. */
export const AssignDialog = ({ subject, onClose, onAssign }: AssignDialogProps) => {
  const field = useRef<HTMLInputElement>(null)
  const me = useQuery(sessionQuery).data?.name
  const assignees = useQuery({
    queryKey: ['views', 'assignees'],
    queryFn: () =>
      answerOf(api.GET('/api/v1/alerts/counts', { params: { query: { fields: ['assignee'], limit: 50 } } })),
    select: ({ facets }) => facets.flatMap(({ values }) => values.map(({ value }) => value)),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const name = field.current?.value.trim()
    if (name) onAssign(name)
  }
  return (
    <Dialog open onClose={onClose} title={`Assign ${subject}`}>
      <form onSubmit={submit} className="mt-1 flex gap-2">
        <input
          ref={field}
          data-first
          list="assignees"
          aria-label="Name"
          placeholder="Name"
          required
          maxLength={100}
          className="h-8 min-w-0 flex-1 rounded-control border border-line-strong bg-surface px-2"
        />
        <datalist id="assignees">
          {assignees.data?.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Button type="submit" variant="primary" className="h-8">
          Assign
        </Button>
      </form>
      <div className="mt-3 flex gap-2">
        {me !== undefined && <Button onClick={() => onAssign(me)}>Assign to me</Button>}
        <Button variant="ghost" onClick={() => onAssign(null)}>
          Unassign
        </Button>
      </div>
    </Dialog>
  )
}
