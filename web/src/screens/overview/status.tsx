import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Noun } from '../../api/client.ts'
import { classNames } from '../../parts/class-names.ts'
import { formatCount, formatMany } from '../../parts/number.ts'
import { SeverityMark, severities } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'

interface StatusProps {
  readonly overview: Noun<'Overview'>
  readonly className: string
}

/** How it stands, in a sentence and four numbers. */
export const Status = ({ overview, className }: StatusProps) => {
  const { incidents, alerts, detections, events, sources } = overview
  return (
    <section aria-label="Status" className={className}>
      <p className="mb-4 text-display text-balance">{sentence(overview)}</p>
      <dl className="grid grid-cols-2 overflow-hidden rounded-panel border border-line bg-surface lg:grid-cols-4">
        <Tile name="Incidents open" value={incidents.open}>
          {incidents.open === 0 ? 'none needs you' : <Severities counts={incidents.by_severity} />}
        </Tile>
        <Tile name="Alerts open" value={alerts.open} to="/alerts">
          {alerts.oldest === null ? (
            'the queue is empty'
          ) : (
            <>
              oldest <Time at={alerts.oldest} show="ago" />
              {alerts.snoozed > 0 && `, ${formatCount(alerts.snoozed)} snoozed`}
            </>
          )}
        </Tile>
        <Tile name="Detections" value={detections.count}>
          <Compared count={detections.count} before={detections.before} />
          {alerts.hidden === 0 ? 'nothing hidden as normal' : `${formatMany(alerts.hidden, 'alert')} hidden as normal`}
        </Tile>
        <Tile name="Log lines" value={events.count}>
          <Compared count={events.count} before={events.before} />
          {events.last_received === null ? (
            'none yet'
          ) : (
            <>
              {formatMany(sources.count, 'source')}, last <Time at={events.last_received} show="ago" />
            </>
          )}
        </Tile>
      </dl>
    </section>
  )
}

const sentence = ({ incidents, events, sources }: Noun<'Overview'>): string => {
  const [worst] = incidents.worst
  if (worst) return `${formatMany(incidents.open, 'incident')} ${incidents.open === 1 ? 'needs' : 'need'} you.`
  if (sources.count === 0) return 'No logs have come yet.'
  return events.count === 0 ? 'Nothing needs you, and nothing came in this time.' : 'Nothing needs you.'
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

/** How much more or less it is than in the span of the same length before. */
const Compared = ({ count, before }: { readonly count: number; readonly before: number | null }) => {
  if (before === null) return null
  return (
    <span className="block" title={`${formatCount(before)} in the span of the same length before`}>
      {before === count
        ? 'as many as before'
        : before === 0
          ? 'none before'
          : `${share(count, before)} than in the span before`}
    </span>
  )
}

const share = (count: number, before: number): string => {
  const times = count / before
  if (times >= 3) return `${formatCount(Math.round(times))} times more`
  return `${formatCount(Math.round(Math.abs(times - 1) * 100))} % ${times > 1 ? 'more' : 'less'}`
}

const Severities = ({ counts }: { readonly counts: Noun<'Overview'>['incidents']['by_severity'] }) => (
  <span className="flex flex-wrap gap-x-3">
    {severities
      .filter((severity) => (counts[severity] ?? 0) > 0)
      .map((severity) => (
        <span key={severity} className="inline-flex items-center gap-1">
          <SeverityMark severity={severity} size={10} />
          <span className="tabular">{counts[severity]}</span> {severity}
        </span>
      ))}
  </span>
)
