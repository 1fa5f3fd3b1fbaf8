import type { Noun } from '../../api/client.ts'
import { Panel } from '../../parts/panel.tsx'
import { RankCell } from '../../parts/score.tsx'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'

interface UnusualProps {
  readonly detections: Noun<'Overview'>['detections']
  readonly className: string
}

/** The most severe detections with the highest scores, each with its rank and the usual value, and with its stream if another one has the same title. */
export const Unusual = ({ detections, className }: UnusualProps) => {
  const titles = Map.groupBy(detections.oddest, ({ title }) => title)
  return (
    <Panel title="Most unusual" className={className}>
      {detections.oddest.length === 0 ? (
        <Empty title="Nothing unusual in this period" />
      ) : (
        <ol className="border-t border-line">
          {detections.oddest.map(({ id, rank, title, stream, value, usual, last_seen }) => (
            <li
              key={id}
              className="grid grid-cols-[auto_1fr_auto] gap-x-3 border-b border-line px-4 py-2 last:border-0"
            >
              <RankCell rank={rank} of={detections.ranked} />
              <span className="line-clamp-2 min-w-0 wrap-anywhere">{title}</span>
              <span className="text-small leading-5 text-text-2">
                <Time at={last_seen} show="ago" />
              </span>
              <span className="col-span-2 col-start-2 line-clamp-2 text-small text-text-2 wrap-anywhere">
                {value}
                {usual !== '' && `, usual ${usual}`}
              </span>
              {(titles.get(title)?.length ?? 0) > 1 && (
                <span className="col-span-2 col-start-2 font-mono text-small text-text-2 wrap-anywhere">{stream}</span>
              )}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
