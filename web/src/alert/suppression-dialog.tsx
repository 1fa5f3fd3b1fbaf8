import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { SuppressionPreview } from './suppression-preview.tsx'
import { conditionsOf, hasCondition, scopeOf, toggleCondition } from './suppression-scope.ts'

interface SuppressionDialogProps {
  readonly alert: Noun<'AlertHead'>
  /** The filter to begin with, in place of the suggested conditions. */
  readonly initialScope?: string
  readonly onClose: () => void
  readonly onCreated: (suppression: Noun<'Suppression'>) => void
}

const durations = [
  { days: 7, label: '7 days' },
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: '1 year' },
]

/** Creates a suppression from an alert, with a preview of the last 30 days. */
export const SuppressionDialog = ({ alert, initialScope, onClose, onCreated }: SuppressionDialogProps) => {
  const id = useId()
  const conditions = conditionsOf(alert)
  const [scope, setScope] = useState(() => initialScope ?? scopeOf(conditions.filter(({ suggested }) => suggested)))
  const [reason, setReason] = useState('')
  const [days, setDays] = useState(90)
  const preview = useQuery({
    queryKey: ['suppression preview', scope],
    queryFn: () => answerOf(api.POST('/api/v1/suppressions/preview', { body: { scope } })),
    enabled: scope.trim() !== '',
    retry: false,
  })
  const create = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/suppressions', { body: { scope, reason, days, confirmed: true } })),
    onSuccess: onCreated,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    create.mutate()
  }

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Mark as normal"
      description="Matching alerts are hidden, but still stored and counted. Expires automatically and can be undone."
    >
      <form onSubmit={submit} className="mt-2 flex flex-col gap-4">
        <fieldset>
          <legend className="mb-1 font-medium">Suppress alerts that match all of</legend>
          <div className="flex flex-wrap gap-1.5">
            {conditions.map((condition) => (
              <label
                key={`${condition.field} ${condition.value}`}
                className="inline-flex min-h-7 max-w-full cursor-pointer items-center gap-1.5 rounded-control border border-line px-2 has-checked:border-accent has-checked:bg-sel"
              >
                <input
                  type="checkbox"
                  checked={hasCondition(scope, condition)}
                  onChange={() => setScope(toggleCondition(scope, condition))}
                  className="accent-(--accent)"
                />
                <span className="text-text-2">{condition.field}</span>
                <span className="truncate font-mono text-small">{condition.value}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div>
          <label htmlFor={`${id}-scope`} className="font-medium">
            Filter
          </label>
          <textarea
            id={`${id}-scope`}
            rows={2}
            required
            spellCheck={false}
            value={scope}
            onChange={(event) => setScope(event.target.value)}
            className="mt-1 w-full rounded-control border border-line-strong bg-surface px-2 py-1.5 font-mono text-log"
          />
        </div>
        <SuppressionPreview preview={preview} />
        <div className="flex flex-wrap gap-4">
          <label className="min-w-60 flex-1 font-medium">
            Reason
            <input
              data-first
              value={reason}
              required
              maxLength={1_000}
              placeholder="Nightly backup"
              onChange={(event) => setReason(event.target.value)}
              className="mt-1 block h-8 w-full rounded-control border border-line-strong bg-surface px-2 font-normal"
            />
          </label>
          <label className="font-medium">
            Duration
            <select
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
              className="mt-1 block h-8 rounded-control border border-line-strong bg-surface px-2 font-normal"
            >
              {durations.map(({ days: value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
        {create.error && (
          <p role="alert" className="text-critical">
            {toProblem(create.error).message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={create.isPending || preview.isError}>
            Mark as normal
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
