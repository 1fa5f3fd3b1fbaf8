import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Noun } from '../../api/client.ts'
import { classNames } from '../../parts/class-names.ts'
import { formatCount, plural } from '../../parts/number.ts'
import { SeverityMark, severities } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'

interface StatusProps {
  readonly overview: Noun<'Overview'>
  readonly className: string
}

/** A headline and four counts. */
export const Status = ({ overview, className }: StatusProps) => {
  const { incidents, alerts, detections, events, sources } = overview
  return (
    <section aria-label="Status" className={className}>
      <p className="mb-4 text-display text-balance">{headline(overview)}</p>
      <dl className="grid grid-cols-2 overflow-hidden rounded-panel border border-line bg-surface lg:grid-cols-4">
        <Tile name="Open incidents" value={incidents.open}>
          {incidents.open === 0 ? 'No action needed' : <Severities counts={incidents.by_severity} />}
        </Tile>
        <Tile name="Open alerts" value={alerts.open} to="/alerts">
          {alerts.oldest === null ? (
            'Queue is empty'
          ) : (
            <>
              Oldest <Time at={alerts.oldest} show="ago" />
              {alerts.snoozed > 0 && `, ${formatCount(alerts.snoozed)} snoozed`}
            </>
          )}
        </Tile>
        <Tile name="Detections" value={detections.count}>
          <Comparison count={detections.count} before={detections.before} />
          {alerts.hidden === 0 ? 'None suppressed' : `${plural(alerts.hidden, 'alert')} suppressed`}
        </Tile>
        <Tile name="Log lines" value={events.count}>
          <Comparison count={events.count} before={events.before} />
          {events.last_received === null ? (
            'No sources yet'
          ) : (
            <>
              {plural(sources.count, 'source')}, last line <Time at={events.last_received} show="ago" />
            </>
          )}
        </Tile>
      </dl>
    </section>
  )
}

const headline = ({ incidents, events, sources }: Noun<'Overview'>): string => {
  if (incidents.worst.length > 0) return `${plural(incidents.open, 'incident needs', 'incidents need')} attention`
  if (sources.count === 0) return 'No logs received yet'
  return events.count === 0 ? 'No logs received in this period' : 'No incidents need attention'
}

interface TileProps {
  readonly name: string
  readonly value: number
  readonly to?: '/alerts'
  readonly children: ReactNode
}

const Tile = ({ name, value, to, children }: TileProps) => (
  <div
    className={classNames(
      'relative flex flex-col gap-1 border-line px-4 py-3',
      'not-first:border-l nth-[2n+1]:border-l-0 nth-[n+3]:border-t lg:nth-[n+3]:border-t-0 lg:nth-[3]:border-l',
      to && 'hover:bg-hover',
    )}
  >
    <dt className="text-small text-text-2">
      {to ? (
        <Link to={to} className="after:absolute after:inset-0">
          {name}
        </Link>
      ) : (
        name
      )}
    </dt>
    <dd className="tabular text-number">{formatCount(value)}</dd>
    <dd className="text-small text-text-2">{children}</dd>
  </div>
)

/** Compares a count with the previous period of the same length. */
const Comparison = ({ count, before }: { readonly count: number; readonly before: number | null }) => {
  if (before === null) return null
  return (
    <span className="block" title={`Previous period: ${formatCount(before)}`}>
      {before === 0 ? 'None in previous period' : `${change(count / before)} previous period`}
    </span>
  )
}

const change = (ratio: number): string => {
  if (ratio === 1) return 'Same as'
  if (ratio >= 3) return `${formatCount(Math.round(ratio))} times the`
  return `${formatCount(Math.round(Math.abs(ratio - 1) * 100))} % ${ratio > 1 ? 'more' : 'less'} than`
}

const Severities = ({ counts }: { readonly counts: Noun<'Overview'>['incidents']['by_severity'] }) => (
  <span className="flex flex-wrap gap-x-3">
    {severities
      .filter((severity) => (counts[severity] ?? 0) > 0)
      .map((severity) => (
        <span key={severity} className="inline-flex items-center gap-1">
          <SeverityMark severity={severity} size={10} />
          <span className="tabular">{formatCount(counts[severity] ?? 0)}</span> {severity}
        </span>
      ))}
  </span>
)
