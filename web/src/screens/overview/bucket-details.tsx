import type { Noun } from '../../api/client.ts'
import { formatCount, plural } from '../../parts/number.ts'
import { ScoreCell } from '../../parts/score.tsx'
import { formatTime, timeZone, useNow } from '../../parts/time.tsx'

interface BucketDetailsProps {
  readonly timeline: Noun<'Timeline'>
  readonly at: number | undefined
}

/** The numbers of the highlighted bucket, or a hint when there is none. */
export const BucketDetails = ({ timeline, at }: BucketDetailsProps) => {
  const now = useNow()
  const zone = timeZone.use()
  const bucket = timeline.buckets.find(({ time }) => Date.parse(time) === at)
  if (at === undefined || !bucket) {
    return (
      <p className="min-h-5 text-small text-text-2">
        <span className="hidden sm:inline">Drag to zoom in. Click a lane to zoom to one bar.</span>
      </p>
    )
  }
  const { error, warning, other, usual_low: low, usual_high: high } = bucket
  const anomalies = timeline.lanes.flatMap(({ stream, cells }) =>
    cells.filter(({ time }) => Date.parse(time) === at).map(({ score, fewer }) => ({ stream, score, fewer })),
  )
  return (
    <p className="flex min-h-5 flex-wrap items-center gap-x-4 gap-y-1 text-small">
      <span className="tabular font-semibold">{formatTime(at, now, zone)}</span>
      <span className="tabular">
        {plural(error + warning + other, 'line')}
        {low !== null && high !== null && `, usual ${formatCount(low)}–${formatCount(high)}`}
        {error > 0 && `, ${plural(error, 'error')}`}
        {warning > 0 && `, ${plural(warning, 'warning')}`}
      </span>
      {anomalies.map(({ stream, score, fewer }) => (
        <span key={stream} className="inline-flex items-center gap-1.5">
          <ScoreCell score={score} />
          <span className="font-mono">{stream}</span>
          {fewer && <span className="text-text-2">below usual</span>}
        </span>
      ))}
    </p>
  )
}
