import type { Noun } from '../../api/client.ts'
import { formatCount, formatMany } from '../../parts/number.ts'
import { ScoreCell } from '../../parts/score.tsx'
import { formatTime, timeZone, useNow } from '../../parts/time.tsx'

interface ReadingProps {
  readonly timeline: Noun<'Timeline'>
  readonly at: number | undefined
}

/** What stands under the pointer, in words; what one can do when nothing does. */
export const Reading = ({ timeline, at }: ReadingProps) => {
  const now = useNow()
  const zone = timeZone.use()
  const bucket = timeline.buckets.find(({ time }) => Date.parse(time) === at)
  if (at === undefined || !bucket) {
    return (
      <p className="min-h-5 text-small text-text-2">
        <span className="hidden sm:inline">
          Drag over the bars to narrow everything to a span; click a lane for one bar.
        </span>
      </p>
    )
  }
  const { error, warning, other, usual_low: low, usual_high: high } = bucket
  const odd = timeline.lanes.flatMap(({ stream, cells }) =>
    cells.filter(({ time }) => Date.parse(time) === at).map(({ score, fewer }) => ({ stream, score, fewer })),
  )
  return (
    <p className="flex min-h-5 flex-wrap items-center gap-x-4 gap-y-1 text-small">
      <span className="tabular font-semibold">{formatTime(at, now, zone)}</span>
      <span className="tabular">
        {formatMany(error + warning + other, 'line')}
        {low !== null && high !== null && `, usual ${formatCount(low)}–${formatCount(high)}`}
        {error > 0 && `, ${formatMany(error, 'error')}`}
        {warning > 0 && `, ${formatMany(warning, 'warning')}`}
      </span>
      {odd.map(({ stream, score, fewer }) => (
        <span key={stream} className="inline-flex items-center gap-1.5">
          <ScoreCell score={score} />
          <span className="font-mono">{stream}</span>
          {fewer && <span className="text-text-2">less than usual</span>}
        </span>
      ))}
    </p>
  )
}
