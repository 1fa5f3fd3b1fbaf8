import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Noun } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { formatCount, plural } from '../parts/number.ts'
import { SeverityMark } from '../parts/severity.tsx'
import { Time } from '../parts/time.tsx'
import { resolutionLabel } from './labels.ts'

/** The alerts of the last 30 days that a suppression would have hidden. */
export const SuppressionPreview = ({ preview }: { readonly preview: UseQueryResult<Noun<'SuppressionPreview'>> }) => {
  const { data, error } = preview
  if (error) {
    const { message, hint } = toProblem(error)
    return (
      <p role="alert" className="text-critical">
        {message} {hint}
      </p>
    )
  }
  return (
    <section aria-label="Preview" aria-busy={!data} className="rounded-control border border-line p-3">
      <p aria-live="polite">
        {data ? (
          <>
            Would have hidden <strong className="font-semibold">{formatCount(data.hidden)}</strong> of{' '}
            {plural(data.checked, 'alert')} in the last 30 days.
          </>
        ) : (
          <span className="text-text-2">Checking the last 30 days…</span>
        )}
      </p>
      {data !== undefined && data.true_positives > 0 && (
        <Warning>
          {plural(data.true_positives, 'of them was a true positive', 'of them were true positives')}. Narrow the
          filter.
        </Warning>
      )}
      {data !== undefined && data.open_severe > 0 && (
        <Warning>
          Hides {plural(data.open_severe, 'open alert')} of high or critical severity. Narrow the filter unless you are
          sure.
        </Warning>
      )}
      {data !== undefined && data.open_successes > 0 && (
        <Warning>
          Hides {plural(data.open_successes, 'open alert')} in which something succeeded, such as a login. Narrow the
          filter unless you are sure.
        </Warning>
      )}
      {data !== undefined && data.samples.length > 0 && (
        <ul className="mt-2 max-h-40 overflow-y-auto" tabIndex={-1}>
          {data.samples.map(({ id, title, severity, resolution, last_seen }) => (
            <li key={id} className="flex min-h-6 items-center gap-2 text-small">
              <SeverityMark severity={severity} size={10} />
              <span className="sr-only">{severity}</span>
              <span className="min-w-0 flex-1 truncate">{title}</span>
              {resolution !== null && <span className="text-text-2">{resolutionLabel(resolution)}</span>}
              <span className="text-text-2">
                <Time at={last_seen} show="ago" />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Only the icon is coloured: coloured text would be hard to read on dark surfaces. */
const Warning = ({ children }: { readonly children: ReactNode }) => (
  <p className="mt-1 font-medium">
    <span aria-hidden className="text-critical">
      ■
    </span>{' '}
    {children}
  </p>
)
