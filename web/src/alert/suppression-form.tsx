import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { answerOf, api } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { Button } from '../parts/button.tsx'
import { SuppressionPreview } from './suppression-preview.tsx'
import { type Condition, hasCondition, toggleCondition } from './suppression-scope.ts'

/** The fields of a suppression. Without `days`, the expiry stays as it is. */
export interface SuppressionFields {
  readonly scope: string
  readonly reason: string
  readonly even_if_worse: boolean
  readonly days?: number
}

interface SuppressionFormProps {
  readonly initial: SuppressionFields
  /** The label of the button that submits. */
  readonly submitLabel: string
  /** Conditions to choose from, which make up the filter. */
  readonly conditions?: readonly Condition[]
  readonly isPending: boolean
  readonly error?: unknown
  readonly onSubmit: (fields: SuppressionFields) => void
  readonly onClose: () => void
}

const durations = [
  { days: 7, label: '7 days' },
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: '1 year' },
]
const field = 'mt-1 block w-full rounded-control border border-line-strong bg-surface px-2 font-normal'

/** The form of a suppression, with a preview of the last 30 days. */
export const SuppressionForm = (props: SuppressionFormProps) => {
  const { initial, submitLabel, conditions = [], isPending, error, onSubmit, onClose } = props
  const id = useId()
  const [scope, setScope] = useState(initial.scope)
  const [reason, setReason] = useState(initial.reason)
  const [days, setDays] = useState(initial.days)
  const [evenIfWorse, setEvenIfWorse] = useState(initial.even_if_worse)
  const preview = useQuery({
    queryKey: ['suppression preview', scope],
    queryFn: () => answerOf(api.POST('/api/v1/suppressions/preview', { body: { scope } })),
    enabled: scope.trim() !== '',
    retry: false,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onSubmit({ scope, reason, even_if_worse: evenIfWorse, ...(days !== undefined && { days }) })
  }
  return (
    <form onSubmit={submit} className="mt-2 flex flex-col gap-4">
      {conditions.length > 0 && (
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
      )}
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
          className={`${field} py-1.5 font-mono text-log`}
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
            className={`${field} h-8`}
          />
        </label>
        <label className="font-medium">
          Duration
          <select
            value={days ?? ''}
            onChange={(event) => setDays(event.target.value === '' ? undefined : Number(event.target.value))}
            className={`${field} h-8`}
          >
            {initial.days === undefined && <option value="">Unchanged</option>}
            {durations.map(({ days: value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
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
      {Boolean(error) && (
        <p role="alert" className="text-critical">
          {toProblem(error).message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={isPending || preview.isError}>
          {submitLabel}
        </Button>
      </div>
    </form>
  )
}
