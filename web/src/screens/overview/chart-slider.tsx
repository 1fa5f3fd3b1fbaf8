import type { Noun } from '../../api/client.ts'
import { plural } from '../../parts/number.ts'
import { formatTime, timeZone, useNow } from '../../parts/time.tsx'

interface ChartSliderProps {
  readonly timeline: Noun<'Timeline'>
  readonly at: number | undefined
  readonly onStep: (bucket: number | undefined) => void
  readonly onBrush: (from: number, to: number) => void
}

/** Keyboard access to the chart: arrow keys move between bars, Enter zooms to one. */
export const ChartSlider = ({ timeline, at, onStep, onBrush }: ChartSliderProps) => {
  const now = useNow()
  const zone = timeZone.use()
  const { buckets, bucket_ms } = timeline
  const times = buckets.map(({ time }) => Date.parse(time))
  const last = buckets.length - 1
  const index = at === undefined ? last : Math.max(0, times.indexOf(at))
  const bucket = buckets[index]
  const time = times[index] ?? 0
  const lines = bucket ? bucket.error + bucket.warning + bucket.other : 0
  return (
    <input
      type="range"
      min={0}
      max={last}
      value={index}
      aria-label="Log volume bar, Enter to zoom in"
      aria-valuetext={`${formatTime(time, now, zone)}, ${plural(lines, 'line')}`}
      className="sr-only"
      onFocus={() => onStep(times[index])}
      onBlur={() => onStep(undefined)}
      onChange={({ target }) => onStep(times[target.valueAsNumber])}
      onKeyDown={({ key }) => key === 'Enter' && onBrush(time, time + bucket_ms)}
    />
  )
}
