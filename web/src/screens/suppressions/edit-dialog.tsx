import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { SuppressionPreview } from '../../alert/suppression-preview.tsx'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'

/** A change of a suppression. */
export interface SuppressionEdit {
  readonly paused?: boolean
  readonly scope?: string
  readonly reason?: string
  readonly days?: number
  readonly even_if_worse?: boolean
  readonly confirmed?: boolean
}

interface EditDialogProps {
  readonly suppression: Noun<'Suppression'>
  readonly onClose: () => void
  readonly onSave: (edit: SuppressionEdit) => void
}

const field = 'mt-1 block w-full rounded-control border border-line-strong bg-surface px-2 font-normal'

/** Changes the filter, the reason and the expiry of a suppression, with a preview of the last 30 days. */
export const EditDialog = ({ suppression, onClose, onSave }: EditDialogProps) => {
  const id = useId()
  const [scope, setScope] = useState(suppression.scope)
  const [reason, setReason] = useState(suppression.reason)
  const [days, setDays] = useState('')
  const [evenIfWorse, setEvenIfWorse] = useState(suppression.even_if_worse ?? false)
  const preview = useQuery({
    queryKey: ['suppression preview', scope],
    queryFn: () => answerOf(api.POST('/api/v1/suppressions/preview', { body: { scope } })),
    enabled: scope.trim() !== '',
    retry: false,
  })
  const save = (event: FormEvent): void => {
    event.preventDefault()
    onSave({
      scope,
      reason,
      confirmed: true,
      even_if_worse: evenIfWorse,
      ...(days !== '' && { days: Number(days) }),
    })
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Edit suppression"
      description="Open alerts that match are hidden at once."
    >
      <form onSubmit={save} className="mt-2 flex flex-col gap-4">
        <div>
          <label htmlFor={`${id}-scope`} className="font-medium">
            Filter
          </label>
          <textarea
            id={`${id}-scope`}
            data-first
            rows={2}
            required
            spellCheck={false}
            value={scope}
            onChange={(event) => setScope(event.target.value)}
            className={`${field} py-1.5 font-mono text-log`}
          />
        </div>
        <SuppressionPreview preview={preview} />
        <div className="flex flex-wrap gap-4">
          <label className="min-w-60 flex-1 font-medium">
            Reason
            <input
              value={reason}
              required
              maxLength={1_000}
              onChange={(event) => setReason(event.target.value)}
              className={`${field} h-8`}
            />
          </label>
          <label className="w-36 font-medium">
            Expires in days
            <input
              type="number"
              min={1}
              max={3_650}
              value={days}
              placeholder="Unchanged"
              onChange={(event) => setDays(event.target.value)}
              className={`${field} h-8`}
            />
          </label>
        </div>
        <label className="flex min-h-7 items-center gap-2">
          <input
            type="checkbox"
            checked={evenIfWorse}
            onChange={(event) => setEvenIfWorse(event.target.checked)}
            className="accent-(--accent)"
          />
          Hide also alerts that get clearly worse
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={preview.isError}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
