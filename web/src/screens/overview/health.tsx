import type { ReactNode } from 'react'
import type { Noun } from '../../api/client.ts'
import { formatCount, formatMany } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { formatSpan } from '../../parts/time.tsx'

interface HealthProps {
  readonly sources: Noun<'Overview'>['sources']
  readonly pipeline: Noun<'Overview'>['pipeline']
  readonly className: string
}

/** Whether everything is received, understood and judged. */
export const Health = ({ sources, pipeline, className }: HealthProps) => {
  const { ready, problems, waiting, oldest_age_ms, dead } = pipeline
  return (
    <Panel title="Health" className={className}>
      <dl className="flex flex-col px-4 pb-3">
        <Fact name="Lines understood" good={sources.parsed_percent >= 99}>
          {sources.count === 0 ? 'no lines yet' : `${sources.parsed_percent} %`}
        </Fact>
        {sources.worst.map(({ source, parsed_percent, records }) => (
          <div key={source} className="flex gap-2 pb-1 pl-5 text-small text-text-2">
            <dt className="min-w-0 flex-1 truncate font-mono">{source}</dt>
            <dd className="tabular whitespace-nowrap">
              {parsed_percent} % of {formatCount(records)}
            </dd>
          </div>
        ))}
        <Fact name="Waiting to be judged" good={oldest_age_ms < 60_000}>
          {waiting === 0
            ? 'nothing'
            : `${formatMany(waiting, 'batch', 'batches')}, oldest ${formatSpan(oldest_age_ms)}`}
        </Fact>
        <Fact name="Set aside after failing" good={dead === 0}>
          {dead === 0 ? 'nothing' : formatMany(dead, 'batch', 'batches')}
        </Fact>
        <Fact name="Storage" good={ready}>
          {ready ? 'answers' : problems.join(' ')}
        </Fact>
      </dl>
    </Panel>
  )
}

interface FactProps {
  readonly name: string
  readonly good: boolean
  readonly children: ReactNode
}

const Fact = ({ name, good, children }: FactProps) => (
  <div className="flex min-h-row items-center gap-3">
    <dt className="flex flex-1 items-center gap-2">
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden className={good ? 'text-ok' : 'text-high'}>
        {good ? <circle cx="5" cy="5" r="4" fill="currentColor" /> : <path d="M5 .8 9.6 9.4H.4Z" fill="currentColor" />}
      </svg>
      {name}
      {!good && <span className="sr-only">needs a look:</span>}
    </dt>
    <dd className="tabular text-right text-text-2">{children}</dd>
  </div>
)
