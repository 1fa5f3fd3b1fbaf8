import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { NormalPreview } from './normal-preview.tsx'
import { factsOf, hasFact, scopeOf, toggleFact } from './normal-scope.ts'

interface NormalDialogProps {
  readonly alert: Noun<'AlertIndexEntry'>
  readonly onClose: () => void
  readonly onMade: (suppression: Noun<'Suppression'>) => void
}

const spans = [
  { days: 7, word: '7 days' },
  { days: 30, word: '30 days' },
  { days: 90, word: '90 days' },
  { days: 365, word: 'a year' },
]

/** "This is normal…": what exactly, shown against the last 30 days, why, and for how long. */
export const NormalDialog = ({ alert, onClose, onMade }: NormalDialogProps) => {
  const id = useId()
  const facts = factsOf(alert)
  const [scope, setScope] = useState(() => scopeOf(facts.filter(({ usual }) => usual)))
  const [reason, setReason] = useState('')
  const [days, setDays] = useState(90)
  const preview = useQuery({
    queryKey: ['normal preview', scope],
    queryFn: () => answerOf(api.POST('/api/v1/suppressions/preview', { body: { scope } })),
    enabled: scope.trim() !== '',
    retry: false,
  })
  const make = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/suppressions', { body: { scope, reason, days } })),
    onSuccess: onMade,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    make.mutate()
  }

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="This is normal…"
      description="Alerts in this scope are stored, counted and hidden. The rule expires by itself, and you can undo it."
    >
      <form onSubmit={submit} className="mt-2 flex flex-col gap-4">
        <fieldset>
          <legend className="mb-1 font-medium">What is normal: alerts with all of these</legend>
          <div className="flex flex-wrap gap-1.5">
            {facts.map((fact) => (
              <label
                key={`${fact.field} ${fact.value}`}
                className="inline-flex min-h-7 max-w-full cursor-pointer items-center gap-1.5 rounded-control border border-line px-2 has-checked:border-accent has-checked:bg-sel"
              >
                <input
                  type="checkbox"
                  checked={hasFact(scope, fact)}
                  onChange={() => setScope(toggleFact(scope, fact))}
                  className="accent-(--accent)"
                />
                <span className="text-text-2">{fact.field}</span>
                <span className="truncate font-mono text-small">{fact.value}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div>
          <label htmlFor={`${id}-scope`} className="font-medium">
            As a filter
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
        <NormalPreview preview={preview} />
        <div className="flex flex-wrap gap-4">
          <label className="min-w-60 flex-1 font-medium">
            Why
            <input
              data-first
              value={reason}
              required
              maxLength={1_000}
              placeholder="The nightly backup does this."
              onChange={(event) => setReason(event.target.value)}
              className="mt-1 block h-8 w-full rounded-control border border-line-strong bg-surface px-2 font-normal"
            />
          </label>
          <label className="font-medium">
            For how long
            <select
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
              className="mt-1 block h-8 rounded-control border border-line-strong bg-surface px-2 font-normal"
            >
              {spans.map(({ days: value, word }) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        </div>
        {make.error && (
          <p role="alert" className="text-critical">
            {toProblem(make.error).message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={make.isPending || preview.isError}>
            Hide from now on
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
