import type { MouseEvent } from 'react'
import { heatColours, heatStep } from '../../parts/score.tsx'
import { bucketAt, type ChartProps } from './histogram.tsx'

const lane = 18
const gap = 4
const label = 16

/** A heat map with a lane for each of the most anomalous streams, on the time axis of the histogram. */
export const AnomalyLanes = ({ timeline, width, gutter, at, onHover, onBrush }: ChartProps) => {
  const { lanes, bucket_ms: bucket } = timeline
  if (lanes.length === 0) return <p className="py-1 text-small text-text-2">No anomalies in this period</p>
  const [from, to] = [Date.parse(timeline.from), Date.parse(timeline.to)]
  const scale = (width - gutter) / (to - from)
  const isNarrow = gutter < 100
  const row = lane + gap + (isNarrow ? label : 0)
  const cellWidth = Math.max(2, bucket * scale - 1)

  const bucketUnder = (event: MouseEvent<SVGSVGElement>): number | undefined => {
    const { left } = event.currentTarget.getBoundingClientRect()
    return bucketAt(timeline, from + (event.clientX - left - gutter) / scale)
  }
  return (
    <svg
      width={width}
      height={lanes.length * row}
      role="img"
      aria-label={`Most anomalous streams: ${lanes.map(({ stream }) => stream).join(', ')}. The table below has the numbers.`}
      className="cursor-pointer"
      onMouseMove={(event) => onHover(bucketUnder(event))}
      onMouseLeave={() => onHover(undefined)}
      onPointerUp={(event) => {
        const start = bucketUnder(event)
        if (start !== undefined) onBrush(start, start + bucket)
      }}
    >
      {lanes.map(({ stream, cells }, index) => {
        const top = index * row + (isNarrow ? label : 0)
        return (
          <g key={stream}>
            <text
              x={isNarrow ? gutter : 0}
              y={isNarrow ? top - 4 : top + lane / 2 + 4}
              className="fill-text-2 font-mono text-small"
            >
              <title>{stream}</title>
              {shorten(stream, isNarrow ? Math.floor((width - gutter) / 7.4) : 23)}
            </text>
            <rect x={gutter} y={top} width={width - gutter} height={lane} className="fill-heat-0" />
            {cells.map(({ time, score, fewer }, index) => {
              const x = gutter + (Date.parse(time) - from) * scale
              return (
                <g key={time}>
                  <rect x={x} y={top} width={cellWidth} height={lane} fill={heatColours[heatStep(score)]} />
                  {/* A triangle marks where the volume dropped below the usual band. */}
                  {fewer && !cells[index - 1]?.fewer && (
                    <path
                      d={`M${x + cellWidth / 2 - 5} ${top + 4}h10l-5 9z`}
                      className="fill-surface stroke-text"
                      strokeWidth={1.2}
                    />
                  )}
                </g>
              )
            })}
          </g>
        )
      })}
      {at !== undefined && (
        <rect
          x={gutter + (at - from) * scale}
          y={0}
          width={cellWidth}
          height={lanes.length * row - gap}
          className="pointer-events-none fill-none stroke-text-3"
        />
      )}
    </svg>
  )
}

/** Truncates the start of a stream name: its end has the host and the service. */
const shorten = (stream: string, maxLength: number): string => {
  const name = stream.replace(/^sample:/, '')
  return name.length <= maxLength ? name : `…${name.slice(1 - maxLength)}`
}
