import { createRandom } from '../src/lib/random/random.ts'

/** A generated series with one anomalous stretch, its window as the benchmarks draw it: first and last row, both included. */
export interface GeneratedSeries {
  readonly family: string
  readonly values: Float64Array
  readonly windows: readonly (readonly [number, number])[]
}

/** Makes the number of a row. `since` counts the rows after the start of the anomaly; it is −1 outside of the anomaly. */
type Course = (row: number, since: number) => number
interface Draw {
  /** A number in [0, 1). */
  readonly uniform: () => number
  /** A number from the standard normal distribution. */
  readonly normal: () => number
}

/** One entry per kind of series; each draws its own constants, so two series of a family differ. */
const families: Record<string, (draw: Draw) => Course> = {
  level: ({ uniform, normal }) => {
    const memory = uniform() * 0.9
    const shift = (uniform() < 0.5 ? -1 : 1) * (3 + 4 * uniform())
    let noise = 0
    return (_, since) => {
      noise = memory * noise + normal() * Math.sqrt(1 - memory * memory)
      return 50 + noise + (since >= 0 ? shift : 0)
    }
  },
  stuck: ({ uniform, normal }) => {
    const memory = 0.5 + 0.45 * uniform()
    const period = 40 + Math.floor(uniform() * 200)
    const height = uniform() < 0.5 ? 0 : 3
    let noise = 0
    let shown = 0
    return (row, since) => {
      noise = memory * noise + normal()
      if (since < 0) shown = 20 + noise + height * Math.sin((2 * Math.PI * row) / period)
      return shown
    }
  },
  period: ({ uniform, normal }) => {
    const period = 30 + Math.floor(uniform() * 150)
    const factor = uniform() < 0.5 ? 2 : 0.5
    const power = [1, 0.5, 3][Math.floor(uniform() * 3)] ?? 1
    let phase = 0
    return (_, since) => {
      phase += (since >= 0 ? factor : 1) / period
      const wave = Math.sin(2 * Math.PI * phase)
      return 10 * Math.sign(wave) * Math.abs(wave) ** power + 0.5 * normal()
    }
  },
  amplitude: ({ uniform, normal }) => {
    const period = 30 + Math.floor(uniform() * 200)
    const factor = uniform() < 0.5 ? 1.6 + uniform() : 0.2 + 0.3 * uniform()
    return (row, since) => 100 + 10 * (since >= 0 ? factor : 1) * Math.sin((2 * Math.PI * row) / period) + normal()
  },
  bursty: ({ uniform, normal }) => {
    const rate = 0.01 + 0.04 * uniform()
    const tail = 1.2 + 1.3 * uniform()
    const isPeak = uniform() < 0.5
    let burst = 0
    return (_, since) => {
      if (uniform() < rate) burst = 20 * (1 - uniform()) ** (-1 / tail)
      burst /= 2
      const usual = Math.abs(normal()) * 5 + 10 + Math.min(burst, 2000)
      if (since < 0) return usual
      return isPeak ? usual + (since < 8 ? 4000 : 0) : usual + 60 + 20 * normal()
    }
  },
  quantised: ({ uniform, normal }) => {
    const levels = 4 + Math.floor(uniform() * 8)
    const kind = uniform()
    let state = 0
    return (_, since) => {
      state = 0.97 * state + 0.25 * normal()
      const level = Math.round((Math.max(-1, Math.min(1, state / 1.5)) * levels) / 2)
      if (since < 0) return level
      if (kind < 0.4) return levels / 2 + 2 + Math.round(normal() * 0.4)
      return kind < 0.7 ? Math.round(levels / 4) : level + (since % 2 === 0 ? 2 : -2)
    }
  },
  drift: ({ uniform, normal }) => {
    const wanders = uniform() < 0.5
    const slope = wanders ? 0 : (uniform() < 0.5 ? -1 : 1) * 0.02
    const jumps = uniform() < 0.5
    const side = uniform() < 0.5 ? -1 : 1
    let place = 0
    return (_, since) => {
      place += slope + (wanders ? 0.15 * normal() : 0)
      if (jumps && since === 0) place += side * 12
      if (!jumps && since >= 0) place += side * 0.3
      return place + 0.5 * normal()
    }
  },
  command: ({ uniform, normal }) => {
    const on = 3 + Math.floor(uniform() * 20)
    const off = 30 + Math.floor(uniform() * 150)
    const kind = uniform()
    let left = off
    let state = 0
    return (_, since) => {
      left -= 1
      if (left <= 0) {
        state = 1 - state
        left = Math.max(1, Math.round((state === 1 ? on : off) * (1 + 0.15 * normal())))
      }
      if (since < 0) return state
      if (kind < 0.35) return 1
      return kind < 0.7 ? 0 : since % 4 < 2 ? 1 : 0
    }
  },
  counts: ({ uniform }) => {
    const mean = 0.1 + 3 * uniform()
    const factor = uniform() < 0.6 ? 5 + 4 * uniform() : 0
    return (_, since) => {
      const rate = mean * (since >= 0 ? factor : 1)
      let mass = Math.exp(-rate)
      let count = 0
      for (let left = uniform() - mass; left > 0 && count < 200; left -= mass) {
        count += 1
        mass *= rate / count
      }
      return count
    }
  },
  ramp: ({ uniform, normal }) => {
    const usual = 50 + Math.floor(uniform() * 200)
    const hurries = uniform() < 0.4
    let height = 0
    let limit = usual
    return (_, since) => {
      height += since >= 0 && hurries ? 3 : 1
      if (height >= (since >= 0 && !hurries ? 2.2 : 1) * limit) {
        height = 0
        limit = usual * (1 + 0.1 * normal())
      }
      return height + 0.3 * normal()
    }
  },
  daily: ({ uniform, normal }) => {
    const isHoliday = uniform() < 0.5
    const rows = 288
    return (row, since) => {
      const hour = (24 * (row % rows)) / rows
      const isWeekend = Math.floor(row / rows) % 7 >= 5
      const usual = 20 + 60 * Math.max(0, Math.sin((Math.PI * (hour - 7)) / 12)) * (isWeekend ? 0.5 : 1)
      const shown = since < 0 ? usual : isHoliday ? 20 + hour : usual + 35
      return shown * (1 + 0.08 * normal())
    }
  },
  regime: ({ uniform, normal }) => {
    const levels = [0, 10, 25]
    const spreads = [0.5, 2, 1]
    const isNewLevel = uniform() < 0.5
    let state = 0
    let left = 0
    return (_, since) => {
      left -= 1
      if (left <= 0) {
        state = Math.floor(uniform() * 3)
        left = 40 + Math.floor(uniform() * 160)
      }
      if (since >= 0 && isNewLevel) return 17 + normal()
      return (levels[state] ?? 0) + (spreads[state] ?? 1) * (since >= 0 ? 4 : 1) * normal()
    }
  },
  ordinary: ({ uniform, normal }) => {
    const memory = 0.95 * uniform()
    const spikes = uniform() < 0.5 ? uniform() * 0.02 : 0
    const period = 50 + 200 * uniform()
    const height = 3 * uniform()
    let noise = 0
    return (row) => {
      noise = memory * noise + normal()
      return noise + height * Math.sin((2 * Math.PI * row) / period) + (uniform() < spikes ? 10 * normal() : 0)
    }
  },
}

/**
 * Draws series of families that resemble no public benchmark: each has 1,500 to 8,000 rows and one anomalous stretch, `ordinary` ones have
 * none. The same seed gives the same series.
 */
export const generateSeries = (seed: number, each: number): GeneratedSeries[] =>
  Object.entries(families).flatMap(([family, begin], place) =>
    Array.from({ length: each }, (_, index) => {
      const random = createRandom(seed * 10_007 + place * 101 + index)
      const uniform = (): number => random.next()
      const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
      const rows = 1500 + random.below(6500)
      const length = Math.floor(rows * (0.01 + 0.06 * uniform() ** 2)) + 6
      const from = Math.floor(rows * (0.3 + 0.6 * uniform()))
      const course = begin({ uniform, normal })
      const values = Float64Array.from({ length: rows }, (_row, row) =>
        course(row, row >= from && row < from + length ? row - from : -1),
      )
      const lead = Math.max(0, Math.round((0.04 * rows - length) / 4))
      const to = Math.min(rows - 1, from + Math.max(length, Math.round(0.03 * rows)))
      return { family, values, windows: family === 'ordinary' ? [] : [[from - lead, to] as const] }
    }),
  )
