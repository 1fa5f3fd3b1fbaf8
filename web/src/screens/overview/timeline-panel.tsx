import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import type { Noun } from '../../api/client.ts'
import { formatDuration } from '../../parts/duration.ts'
import { Panel } from '../../parts/panel.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { heatColours } from '../../parts/score.tsx'
import { Empty } from '../../parts/states.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { AnomalyLanes } from './anomaly-lanes.tsx'
import { BucketDetails } from './bucket-details.tsx'
import { ChartSlider } from './chart-slider.tsx'
import { Histogram } from './histogram.tsx'
import { TimelineTable } from './timeline-table.tsx'

interface TimelinePanelProps {
  readonly query: UseQueryResult<Noun<'Timeline'>>
  /** Zooms to a time range, in ms. */
  readonly onBrush: (from: number, to: number) => void
  readonly className: string
}

/** The log volume next to the usual volume, and the anomalies by stream. */
export const TimelinePanel = ({ query, onBrush, className }: TimelinePanelProps) => (
  <Panel
    title="Log volume and anomalies"
    aside={query.data && `${formatDuration(query.data.bucket_ms)} per bar`}
    className={className}
  >
    <QueryView query={query} loading="Loading log volume…">
      {(timeline) =>
        timeline.buckets.length === 0 ? (
          <Empty title={timeline.counted_since === null ? 'No logs received yet' : 'No data in this period'} />
        ) : (
          <Charts timeline={trimEmptyStart(timeline)} onBrush={onBrush} />
        )
      }
    </QueryView>
  </Panel>
)

/** Removes the time before the first data, but keeps at least the last quarter. */
const trimEmptyStart = (timeline: Noun<'Timeline'>): Noun<'Timeline'> => {
  const [from, to] = [Date.parse(timeline.from), Date.parse(timeline.to)]
  const first = Date.parse(timeline.buckets[0]?.time ?? timeline.from)
  return { ...timeline, from: new Date(Math.max(from, Math.min(first, to - (to - from) / 4))).toISOString() }
}

const narrow = 640

const Charts = ({
  timeline,
  onBrush,
}: { readonly timeline: Noun<'Timeline'> } & Pick<TimelinePanelProps, 'onBrush'>) => {
  const [ref, width] = useWidth<HTMLDivElement>()
  /** The bucket under the pointer. */
  const [at, setAt] = useState<number>()
  // With enough room, stream names are shown to the left of their lanes, and the bars align with the lanes.
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
          <AnomalyLanes timeline={timeline} width={width} gutter={gutter} at={at} onHover={setAt} onBrush={onBrush} />
        </>
      )}
      <ChartSlider timeline={timeline} at={at} onStep={setAt} onBrush={onBrush} />
      <BucketDetails timeline={timeline} at={at} />
      <TimelineTable timeline={timeline} />
    </div>
  )
}

const Legend = () => (
  <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 pb-1 text-small text-text-2">
    <Key colour="bg-volume-error">Errors</Key>
    <Key colour="bg-volume-warning">Warnings</Key>
    <Key colour="bg-volume-other">Other lines</Key>
    <Key colour="bg-usual ring-1 ring-inset ring-accent/40">Usual at this time of day</Key>
    <li className="flex items-center gap-1.5 sm:ml-auto">
      Anomaly score
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
      Below usual or silent
    </li>
  </ul>
)

const Key = ({ colour, children }: { readonly colour: string; readonly children: string }) => (
  <li className="flex items-center gap-1.5">
    <span className={`size-2.5 rounded-cell ${colour}`} aria-hidden />
    {children}
  </li>
)
