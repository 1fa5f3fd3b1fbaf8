import { type PointerEvent, useRef, useState } from 'react'
import type { Noun } from '../../../api/client.ts'
import { formatCount, plural } from '../../../parts/number.ts'
import { severities } from '../../../parts/severity.tsx'
import { formatTime, timeZone, useNow } from '../../../parts/time.tsx'

interface AlertHistogramProps {
  readonly counts: Noun<'AlertCounts'> | undefined
  readonly onTimeRange: (from: string, to: string) => void
}

const height = 36

/** The alerts by time last seen, stacked by severity. Dragging sets the time range, as does the time menu for keyboard users. */
export const AlertHistogram = ({ counts, onTimeRange }: AlertHistogramProps) => {
  const zone = timeZone.use()
  const now = useNow()
  const frame = useRef<HTMLDivElement>(null)
  const [brush, setBrush] = useState<{ from: number; to: number }>()
  const bars = counts?.bars
  const steps = bars?.steps ?? []
  const sums = steps.map(({ counts: each }) => severities.reduce((sum, one) => sum + (each[one] ?? 0), 0))
  const peak = Math.max(1, ...sums)
  const [first, last] = [steps[0], steps.at(-1)]

  const stepAt = (event: PointerEvent): number => {
    const box = frame.current?.getBoundingClientRect()
    if (!box) return 0
    const share = (event.clientX - box.left) / box.width
    return Math.max(0, Math.min(steps.length - 1, Math.floor(share * steps.length)))
  }
  const finish = (): void => {
    setBrush(undefined)
    if (!brush || !bars) return
    const [from, to] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)]
    const [start, end] = [steps[from], steps[to]]
    if (start && end) onTimeRange(start.time, new Date(Date.parse(end.time) + bars.step_ms - 1).toISOString())
  }
  const left = brush ? Math.min(brush.from, brush.to) : 0
  const width = brush ? Math.abs(brush.to - brush.from) + 1 : 0

  return (
    <figure className="shrink-0 px-4 pt-2 pb-1" aria-label="Alerts by time last seen">
      <div
        ref={frame}
        className="relative touch-none select-none"
        style={{ height }}
        onPointerDown={(event) => {
          if (steps.length < 2) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const at = stepAt(event)
          setBrush({ from: at, to: at })
        }}
        onPointerMove={(event) => brush && setBrush({ ...brush, to: stepAt(event) })}
        onPointerUp={finish}
        onPointerCancel={() => setBrush(undefined)}
      >
        <svg
          role="img"
          aria-label={
            first && last
              ? `${plural(
                  sums.reduce((a, b) => a + b, 0),
                  'alert',
                )} from ${formatTime(Date.parse(first.time), now, zone)} to ${formatTime(Date.parse(last.time), now, zone)}, peak ${formatCount(peak)}`
              : 'No alerts'
          }
          width="100%"
          height={height}
          viewBox={`0 0 ${Math.max(1, steps.length)} ${height}`}
          preserveAspectRatio="none"
        >
          {steps.map(({ time, counts: each }, index) => {
            let top = height
            return (
              <g key={time}>
                <title>{`${formatTime(Date.parse(time), now, zone)}: ${plural(sums[index] ?? 0, 'alert')}`}</title>
                <rect x={index} y={0} width={1} height={height} fill="transparent" />
                {[...severities].reverse().map((severity) => {
                  const barHeight = ((each[severity] ?? 0) / peak) * (height - 2)
                  if (barHeight === 0) return null
                  top -= barHeight
                  return (
                    <rect
                      key={severity}
                      x={index + 0.08}
                      y={top}
                      width={0.84}
                      height={barHeight}
                      className={fills[severity]}
                    />
                  )
                })}
              </g>
            )
          })}
        </svg>
        {brush && (
          <span
            className="pointer-events-none absolute inset-y-0 rounded-cell bg-accent/20"
            style={{ left: `${(left / steps.length) * 100}%`, width: `${(width / steps.length) * 100}%` }}
          />
        )}
      </div>
      <figcaption className="flex min-h-4.25 justify-between border-t border-line text-[0.6875rem] leading-4 text-text-2">
        <span>{first && formatTime(Date.parse(first.time), now, zone)}</span>
        <span>{last && steps.length > 1 ? formatTime(Date.parse(last.time), now, zone) : ''}</span>
      </figcaption>
    </figure>
  )
}

const fills = {
  critical: 'fill-fill-critical',
  high: 'fill-fill-high',
  medium: 'fill-fill-medium',
  low: 'fill-fill-low',
  info: 'fill-fill-info',
}
