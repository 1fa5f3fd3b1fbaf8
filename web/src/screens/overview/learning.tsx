import type { Noun } from '../../api/client.ts'
import { formatCount } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { Empty } from '../../parts/states.tsx'

interface LearningProps {
  readonly learning: Noun<'Overview'>['learning']
  readonly className: string
}

/** What detectors look for, in words. */
const looksFor: Readonly<Record<string, string>> = {
  'agent-model': 'Odd counts of agents',
  template: 'New and rare messages',
  rarity: 'First encounters',
  session: 'Odd sequences',
  'isolation-forest': 'Odd mixes',
}

/** What is still being learnt: until it is, findings about it are at most low. */
export const Learning = ({ learning, className }: LearningProps) => {
  const least = learning
    .flatMap(({ least: some }) => some)
    .toSorted((a, b) => a.seen / a.needed - b.seen / b.needed)
    .slice(0, 3)
  return (
    <Panel title="Learning what is usual" className={className}>
      {learning.length === 0 ? (
        <Empty title="Nothing to learn from yet.">
          <p>The first few hundred lines of a service teach what is usual for it.</p>
        </Empty>
      ) : (
        <div className="flex flex-col gap-4 px-4 pt-1 pb-4">
          <ul className="flex flex-col gap-2.5">
            {learning.map(({ detector, known, of }) => (
              <li key={detector} className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1">
                <span>{looksFor[detector] ?? detector}</span>
                <span className="tabular text-text-2">
                  {formatCount(known)} of {formatCount(of)} known
                </span>
                <Bar share={of === 0 ? 0 : known / of} />
              </li>
            ))}
          </ul>
          {least.length > 0 && (
            <ul className="flex flex-col gap-1 text-small text-text-2">
              {least.map(({ of, seen, needed, unit }) => (
                <li key={`${of} ${unit}`} className="flex gap-2">
                  <span className="min-w-0 flex-1 truncate font-mono">{of}</span>
                  <span className="tabular whitespace-nowrap">
                    {formatCount(seen)} of {formatCount(needed)} {unit}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Panel>
  )
}

const Bar = ({ share }: { readonly share: number }) => (
  <span className="col-span-2 h-1 overflow-hidden rounded-cell bg-line" aria-hidden>
    <span className="block h-full bg-text-3" style={{ width: `${Math.round(share * 100)}%` }} />
  </span>
)
