import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Noun } from '../../api/client.ts'
import { plural } from '../../parts/number.ts'
import { timeZone } from '../../parts/time.tsx'
import { colour, useDark } from '../../shell/theme.ts'

/** The props shared by the histogram and the lanes below it, which have the same time axis. */
export interface ChartProps {
  readonly timeline: Noun<'Timeline'>
  readonly width: number
  /** The left margin of the bars and lanes. */
  readonly gutter: number
  /** The start of the highlighted bucket. */
  readonly at: number | undefined
  readonly onHover: (bucket: number | undefined) => void
  readonly onBrush: (from: number, to: number) => void
}

const height = 168
const compact = new Intl.NumberFormat(undefined, { notation: 'compact' })

/** The log volume as stacked bars over the band of the usual volume. Dragging zooms in. */
export const Histogram = ({ timeline, width, gutter, at, onHover, onBrush }: ChartProps) => {
  const container = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const dark = useDark()
  const zone = timeZone.use()
  const handlers = useRef({ onHover, onBrush })
  handlers.current = { onHover, onBrush }
  const bucket = timeline.bucket_ms / 1000

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas does not follow the theme, so redraw it when `dark` changes.
  useEffect(() => {
    if (!container.current) return
    const chart = new uPlot(
      {
        width,
        height,
        padding: [8, 0, 0, 0],
        legend: { show: false },
        ...(zone === 'utc' && { tzDate: (time: number) => uPlot.tzDate(new Date(time * 1000), 'UTC') }),
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false },
        },
        scales: {
          x: { time: true, range: () => [Date.parse(timeline.from) / 1000, Date.parse(timeline.to) / 1000] },
          y: { range: (_plot, _low, high) => [0, Math.max(1, high) * 1.05] },
        },
        axes: [
          {
            stroke: colour('--text-2'),
            font: axisFont,
            grid: { show: false },
            ticks: { stroke: colour('--line'), width: 1, size: 4 },
            size: 28,
            space: 72,
            values: timeLabels(zone, gutter),
          },
          {
            stroke: colour('--text-2'),
            font: axisFont,
            size: gutter,
            grid: { stroke: colour('--line'), width: 1, dash: [2, 3] },
            ticks: { show: false },
            space: 40,
            values: (_plot, splits) => splits.map((split) => (Number.isInteger(split) ? compact.format(split) : '')),
          },
        ],
        series: [
          {},
          { stroke: 'transparent', paths: steps, points: { show: false } },
          { stroke: 'transparent', paths: steps, points: { show: false } },
          { fill: colour('--volume-other'), stroke: 'transparent', width: 0, paths: bars, points: { show: false } },
          { fill: colour('--volume-warning'), stroke: 'transparent', width: 0, paths: bars, points: { show: false } },
          { fill: colour('--volume-error'), stroke: 'transparent', width: 0, paths: bars, points: { show: false } },
        ],
        bands: [{ series: [1, 2], fill: colour('--usual') }],
        hooks: {
          setCursor: [
            ({ cursor, posToVal }) => {
              const { left = -1 } = cursor
              handlers.current.onHover(left < 0 ? undefined : bucketAt(timeline, posToVal(left, 'x') * 1000))
            },
          ],
          setSelect: [
            (self) => {
              const { left, width: wide } = self.select
              if (wide < 4) return
              const [from, to] = [self.posToVal(left, 'x'), self.posToVal(left + wide, 'x')]
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
              handlers.current.onBrush(
                Math.floor(from / bucket) * bucket * 1000,
                Math.ceil(to / bucket) * bucket * 1000,
              )
            },
          ],
        },
      },
      toData(timeline),
      container.current,
    )
    plot.current = chart
    return () => chart.destroy()
  }, [timeline, gutter, dark, zone])

  useEffect(() => plot.current?.setSize({ width, height }), [width])

  // Place the cursor in the middle of the bar, for keyboard users too.
  useEffect(() => {
    const left = at === undefined ? -10 : plot.current?.valToPos((at + timeline.bucket_ms / 2) / 1000, 'x')
    if (left !== undefined) plot.current?.setCursor({ left, top: 0 }, false)
  }, [at, timeline])

  const total = timeline.buckets.reduce((sum, { error, warning, other }) => sum + error + warning + other, 0)
  return (
    <div
      ref={container}
      role="img"
      aria-label={`Log volume: ${plural(total, 'line')}. The table below has the numbers.`}
    />
  )
}

const axisFont = '12px "Inter Variable", system-ui, sans-serif'
const bars = uPlot.paths.bars?.({ align: 1, size: [0.86, 64], radius: 0 }) ?? (() => null)
const steps = uPlot.paths.stepped?.({ align: 1 }) ?? (() => null)

/** Stacks errors, warnings and other lines from the bottom up. The tallest series is drawn first. */
const toData = ({ buckets }: Noun<'Timeline'>): uPlot.AlignedData => [
  buckets.map(({ time }) => Date.parse(time) / 1000),
  buckets.map(({ usual_high }) => usual_high),
  buckets.map(({ usual_low }) => usual_low),
  buckets.map(({ error, warning, other }) => error + warning + other),
  buckets.map(({ error, warning }) => error + warning),
  buckets.map(({ error }) => error),
]

/** Returns the start of the bucket that contains a time. */
export const bucketAt = ({ buckets, bucket_ms }: Noun<'Timeline'>, time: number): number | undefined => {
  const found = buckets.find(({ time: start }) => time >= Date.parse(start) && time < Date.parse(start) + bucket_ms)
  return found && Date.parse(found.time)
}

/** Half the width of a date on the axis, in pixels. */
const halfLabel = 21

/** Axis labels: the time, or the date at midnight; none where the right edge would cut it. */
const timeLabels =
  (zone: 'local' | 'utc', gutter: number) =>
  ({ width, scales: { x } }: uPlot, splits: number[]): string[] => {
    const options = zone === 'utc' ? { timeZone: 'UTC' } : {}
    const clock = new Intl.DateTimeFormat(undefined, {
      ...options,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    const date = new Intl.DateTimeFormat(undefined, { ...options, month: 'short', day: 'numeric' })
    const { min = 0, max = 0 } = x ?? {}
    const last = max - (halfLabel * (max - min)) / (width - gutter)
    return splits.map((split) => {
      if (split > last) return ''
      const text = clock.format(split * 1000)
      return text === '00:00' ? date.format(split * 1000) : text
    })
  }
