import { minute } from '../../lib/units/time.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import type { Severity } from '../../schema/severity.ts'

interface Bars {
  readonly step_ms: number
  readonly steps: { readonly time: string; readonly counts: Partial<Record<Severity, number>> }[]
}

/** Step sizes in minutes that are easy to read on a chart. */
const roundSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160, 43_200].map(
  (minutes) => minutes * minute,
)

/** Counts alerts by last_seen in at most `most` equal time steps, including empty ones. */
export const createAlertBars = (maxSteps: number) => {
  const times: number[] = []
  const severities: Severity[] = []
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

  return {
    add({ last_seen, severity }: AlertIndexEntry): void {
      if (maxSteps === 0) return
      const time = Date.parse(last_seen)
      times.push(time)
      severities.push(severity)
      if (time < first) first = time
      if (time > last) last = time
    },

    bars(): Bars {
      if (times.length === 0) return { step_ms: 0, steps: [] }
      const minStep = (last - first) / Math.max(1, maxSteps - 1)
      const step = roundSteps.find((size) => size >= minStep) ?? Math.ceil(minStep / minute) * minute
      const start = Math.floor(first / step) * step
      const counts = Array.from(
        { length: Math.floor((last - start) / step) + 1 },
        (): Partial<Record<Severity, number>> => ({}),
      )
      severities.forEach((severity, index) => {
        const bar = counts[Math.floor(((times[index] ?? start) - start) / step)]
        if (bar) bar[severity] = (bar[severity] ?? 0) + 1
      })
      return {
        step_ms: step,
        steps: counts.map((bar, index) => ({ time: new Date(start + index * step).toISOString(), counts: bar })),
      }
    },
  }
}
