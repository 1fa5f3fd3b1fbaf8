import type { Noun } from '../api/client.ts'
import { classNames } from './class-names.ts'
import { toLabel } from './label.ts'

export type Severity = Noun<'Severity'>

/**
 * From most to least severe.
 * @public
 */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info']

/** An icon for a severity. Its shape carries the meaning, the colour repeats it. */
export const SeverityMark = ({ severity, size = 12 }: { readonly severity: Severity; readonly size?: number }) => (
  <svg className={classNames('shrink-0', fills[severity])} width={size} height={size} viewBox="0 0 12 12" aria-hidden>
    {shapes[severity]}
  </svg>
)

const shapes = {
  critical: <rect x="1" y="1" width="10" height="10" rx="1" fill="currentColor" />,
  high: <path d="M6 .8 11.6 11H.4Z" fill="currentColor" />,
  medium: (
    <path d="M6 1.2 10.8 6 6 10.8 1.2 6Z" fill="var(--sev-medium)" stroke="var(--ink-medium)" strokeWidth="1.2" />
  ),
  low: <circle cx="6" cy="6" r="3.4" fill="currentColor" />,
  info: <circle cx="6" cy="6" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.4" />,
}

const fills = {
  critical: 'text-fill-critical',
  high: 'text-fill-high',
  medium: 'text-medium',
  low: 'text-fill-low',
  info: 'text-fill-info',
}

/** The icon and name of a severity. More severe badges are heavier: filled, tinted, outlined or plain. */
export const SeverityBadge = ({ severity }: { readonly severity: Severity }) => (
  <span
    className={classNames(
      'inline-flex h-5 items-center gap-1.5 rounded-chip px-1.5 text-small whitespace-nowrap',
      badges[severity],
    )}
  >
    {severity === 'critical' ? (
      <svg width="9" height="9" viewBox="0 0 12 12" aria-hidden>
        <rect x="1" y="1" width="10" height="10" rx="1" fill="currentColor" />
      </svg>
    ) : (
      <SeverityMark severity={severity} size={10} />
    )}
    {toLabel(severity)}
  </span>
)

const badges = {
  critical: 'bg-fill-critical text-on-critical font-semibold',
  high: 'bg-tint-high text-high font-semibold',
  medium: 'ring-1 ring-inset ring-medium/60 text-medium font-medium',
  low: 'text-low',
  info: 'text-info',
}
