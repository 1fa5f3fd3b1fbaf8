import type { Noun } from '../../api/client.ts'
import { formatCount } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { Empty } from '../../parts/states.tsx'

interface LearningProps {
  readonly learning: Noun<'Overview'>['learning']
  readonly className: string
}

const detectorNames: Readonly<Record<string, string>> = {
  'agent-model': 'Agent event counts',
  template: 'New and rare messages',
  rarity: 'First-seen values',
  session: 'Unusual sequences',
  'isolation-forest': 'Unusual combinations',
}

/** How much each detector has learned. While it learns, its detections have at most low severity. */
export const Learning = ({ learning, className }: LearningProps) => {
  const slowest = learning
    .flatMap(({ least }) => least)
    .toSorted((a, b) => a.seen / a.needed - b.seen / b.needed)
    .slice(0, 3)
  return (
    <Panel title="Learning progress" className={className}>
      {learning.length === 0 ? (
        <Empty title="No logs to learn from">
          <p>Detectors learn what is usual for a service from its first few hundred lines.</p>
        </Empty>
      ) : (
        <div className="flex flex-col gap-4 px-4 pt-1 pb-4">
          <ul className="flex flex-col gap-2.5">
            {learning.map(({ detector, known, of }) => (
              <li key={detector} className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1">
                <span>{detectorNames[detector] ?? detector}</span>
                <span className="tabular text-text-2">
                  {formatCount(known)} of {formatCount(of)} learned
                </span>
                <Bar share={of === 0 ? 0 : known / of} />
              </li>
            ))}
          </ul>
          {slowest.length > 0 && (
            <ul className="flex flex-col gap-1 text-small text-text-2">
              {slowest.map(({ of, seen, needed, unit }) => (
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
