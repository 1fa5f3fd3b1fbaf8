import type { ReactNode } from 'react'
import type { Noun } from '../../api/client.ts'
import { formatDuration } from '../../parts/duration.ts'
import { formatCount, plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { DeadLetters } from './dead-letters.tsx'

interface HealthProps {
  readonly sources: Noun<'Overview'>['sources']
  readonly pipeline: Noun<'Overview'>['pipeline']
  readonly className: string
}

/** The health of the sources, the pipeline and the store. */
export const Health = ({ sources, pipeline, className }: HealthProps) => {
  const { ready, problems, waiting, oldest_age_ms, dead } = pipeline
  return (
    <Panel title="Health" className={className}>
      <dl className="flex flex-col px-4 pb-3">
        <HealthRow name="Lines parsed" healthy={sources.parsed_percent >= 99}>
          {sources.count === 0 ? 'No lines yet' : `${sources.parsed_percent} %`}
        </HealthRow>
        {sources.worst.map(({ source, parsed_percent, records }) => (
          <div key={source} className="flex gap-2 pb-1 pl-5 text-small text-text-2">
            <dt className="min-w-0 flex-1 truncate font-mono">{source}</dt>
            <dd className="tabular whitespace-nowrap">
              {parsed_percent} % of {formatCount(records)}
            </dd>
          </div>
        ))}
        <HealthRow name="Backlog" healthy={oldest_age_ms < 60_000}>
          {waiting === 0 ? 'None' : `${plural(waiting, 'batch', 'batches')}, oldest ${formatDuration(oldest_age_ms)}`}
        </HealthRow>
        <HealthRow name="Dead letters" healthy={dead === 0}>
          {dead === 0 ? 'None' : plural(dead, 'batch', 'batches')}
        </HealthRow>
        {dead > 0 && <DeadLetters count={dead} />}
        <HealthRow name="Storage" healthy={ready}>
          {ready ? 'OK' : problems.join(' ')}
        </HealthRow>
      </dl>
    </Panel>
  )
}

interface HealthRowProps {
  readonly name: string
  readonly healthy: boolean
  readonly children: ReactNode
}

const HealthRow = ({ name, healthy, children }: HealthRowProps) => (
  <div className="flex min-h-row items-center gap-3">
    <dt className="flex flex-1 items-center gap-2">
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden className={healthy ? 'text-ok' : 'text-high'}>
        {healthy ? (
          <circle cx="5" cy="5" r="4" fill="currentColor" />
        ) : (
          <path d="M5 .8 9.6 9.4H.4Z" fill="currentColor" />
        )}
      </svg>
      {name}
      {!healthy && <span className="sr-only">needs attention:</span>}
    </dt>
    <dd className="tabular text-right text-text-2">{children}</dd>
  </div>
)
