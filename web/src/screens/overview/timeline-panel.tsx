import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import type { Noun } from '../../api/client.ts'
import { Panel } from '../../parts/panel.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { heatColours } from '../../parts/score.tsx'
import { Empty } from '../../parts/states.tsx'
import { formatSpan } from '../../parts/time.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { Histogram } from './histogram.tsx'
import { Reading } from './reading.tsx'
import { Ribbon } from './ribbon.tsx'
import { Stepper } from './stepper.tsx'
import { TimelineTable } from './timeline-table.tsx'

interface TimelinePanelProps {
  readonly query: UseQueryResult<Noun<'Timeline'>>
  /** Narrows everything to a span, in ms. */
  readonly onBrush: (from: number, to: number) => void
  readonly className: string
}

/** How much came when, beside what is usual, and under it which streams were odd when. */
export const TimelinePanel = ({ query, onBrush, className }: TimelinePanelProps) => (
  <Panel title="When" aside={query.data && `one bar is ${formatSpan(query.data.bucket_ms)}`} className={className}>
    <QueryView query={query} what="Counting what came when…">
      {(timeline) =>
        timeline.buckets.length === 0 ? (
          <Empty
            title={timeline.counted_since === null ? 'No logs have come yet.' : 'Nothing is known of this time.'}
          />
        ) : (
          <Drawing timeline={sinceKnown(timeline)} onBrush={onBrush} />
        )
      }
    </QueryView>
  </Panel>
)

/** Of a time that is mostly from before anything was known, only the last part is drawn: a quarter at least. */
const sinceKnown = (timeline: Noun<'Timeline'>): Noun<'Timeline'> => {
  const [from, to] = [Date.parse(timeline.from), Date.parse(timeline.to)]
  const first = Date.parse(timeline.buckets[0]?.time ?? timeline.from)
  return { ...timeline, from: new Date(Math.max(from, Math.min(first, to - (to - from) / 4))).toISOString() }
}

const narrow = 640

const Drawing = ({
  timeline,
  onBrush,
}: { readonly timeline: Noun<'Timeline'> } & Pick<TimelinePanelProps, 'onBrush'>) => {
  const [ref, width] = useWidth<HTMLDivElement>()
  /** The bucket under the pointer. */
  const [at, setAt] = useState<number>()
  // The names of the streams stand beside their lanes where there is room, and the bars begin where the lanes do.
  const gutter = width < narrow ? 40 : 184
  return (
    <div
      ref={ref}
      className="mx-4 mb-3 flex flex-col gap-1 rounded-chip outline-offset-4 outline-focus has-[[type=range]:focus-visible]:outline-2"
    >
      <Legend />
      {width > 0 && (
        <>
          <Histogram timeline={timeline} width={width} gutter={gutter} at={at} onHover={setAt} onBrush={onBrush} />
          <Ribbon timeline={timeline} width={width} gutter={gutter} at={at} onHover={setAt} onBrush={onBrush} />
        </>
      )}
      <Stepper timeline={timeline} at={at} onStep={setAt} onBrush={onBrush} />
      <Reading timeline={timeline} at={at} />
      <TimelineTable timeline={timeline} />
    </div>
  )
}

const Legend = () => (
  <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 pb-1 text-small text-text-2">
    <Key colour="bg-volume-error">errors</Key>
    <Key colour="bg-volume-warning">warnings</Key>
    <Key colour="bg-volume-other">other lines</Key>
    <Key colour="bg-usual ring-1 ring-inset ring-accent/40">usual at this time of day</Key>
    <li className="flex items-center gap-1.5 sm:ml-auto">
      unusual
      <span className="flex" aria-hidden>
        {heatColours.slice(1).map((colour) => (
          <span
            key={colour}
            className="h-2.5 w-4 first:rounded-l-cell last:rounded-r-cell"
            style={{ background: colour }}
          />
        ))}
      </span>
      3–100
    </li>
    <li className="flex items-center gap-1.5">
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden>
        <path d="M1 2h10l-5 9z" className="fill-surface stroke-text" strokeWidth={1.2} />
      </svg>
      less than usual, or silent
    </li>
  </ul>
)

const Key = ({ colour, children }: { readonly colour: string; readonly children: string }) => (
  <li className="flex items-center gap-1.5">
    <span className={`size-2.5 rounded-cell ${colour}`} aria-hidden />
    {children}
  </li>
)
