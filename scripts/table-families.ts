import { createRandom } from '../src/lib/random/random.ts'
import { pickRows, type Table } from '../src/lib/tabular/table.ts'

/** A table whose anomalous rows are known. */
export interface LabelledTable {
  readonly family: string
  readonly table: Table
  readonly odd: readonly boolean[]
}

interface Draw {
  /** A number in [0, 1). */
  readonly uniform: () => number
  /** A number from the standard normal distribution. */
  readonly normal: () => number
  readonly below: (limit: number) => number
}

/** Makes a row of a family; both kinds of rows have the same columns. */
type MakeRow = (isOdd: boolean) => number[]

/** The fewest and the most columns, the least and the greatest share of anomalous rows, and the rows themselves. */
interface Family {
  readonly columns: readonly [number, number]
  readonly share: readonly [number, number]
  readonly begin: (width: number, draw: Draw) => MakeRow
}

const createDraw = (seed: number): Draw => {
  const { next, below } = createRandom(seed)
  return { uniform: next, normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()), below }
}

const list = <T>(size: number, make: (index: number) => T): T[] =>
  Array.from({ length: size }, (_, index) => make(index))
const at = (numbers: readonly number[], index: number): number => numbers[index] ?? 0
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * at(b, index), 0)

/** Rows of several groups, each with its own correlations; `spread` widens a group around its mean. */
const mixture = (width: number, { uniform, normal, below }: Draw, mostGroups = 4) => {
  const groups = list(1 + below(mostGroups), () => {
    const rank = Math.max(1, Math.min(width, 1 + below(6)))
    const own = 0.2 + 0.6 * uniform()
    return {
      rank,
      mean: list(width, () => 4 * normal()),
      loadings: list(width, () => list(rank, () => normal() / Math.sqrt(rank))),
      own,
    }
  })
  return (spread: number, away = 1): number[] => {
    const group = groups[below(groups.length)]
    if (!group) return []
    const factors = list(group.rank, normal)
    return list(width, (index) => {
      const shared = dot(group.loadings[index] ?? [], factors)
      return away * at(group.mean, index) + spread * (shared + group.own * normal())
    })
  }
}

/** Bends columns as counters, sizes and durations are: some have a heavy tail, some are whole numbers. */
const bends = (width: number, { below }: Draw): ((row: number[]) => number[]) => {
  const kinds = list(width, () => below(4))
  return (row) =>
    row.map((value, index) => {
      const kind = kinds[index]
      if (kind === 0) return Math.exp(value / 2)
      if (kind === 1) return Math.round(2 * value)
      return kind === 2 ? value ** 3 : value
    })
}

/** Anomalies of the four kinds of Han et al. ("ADBench", NeurIPS 2022), and tables that differ in form from one another. */
const families: Record<string, Family> = {
  global: {
    columns: [2, 40],
    share: [0.01, 0.15],
    begin: (width, draw) => {
      const row = mixture(width, draw)
      const reach = 8 + 6 * draw.uniform()
      return (isOdd) => (isOdd ? list(width, () => reach * (2 * draw.uniform() - 1)) : row(1))
    },
  },
  local: {
    columns: [3, 40],
    share: [0.01, 0.2],
    begin: (width, draw) => {
      const row = mixture(width, draw)
      const spread = 1.2 + 0.8 * draw.uniform()
      return (isOdd) => row(isOdd ? spread : 1)
    },
  },
  clustered: {
    columns: [3, 60],
    share: [0.01, 0.12],
    begin: (width, draw) => {
      const row = mixture(width, draw)
      const centre = row(1.5, 1.2)
      const spread = 0.05 + 0.5 * draw.uniform()
      return (isOdd) => (isOdd ? centre.map((value) => value + spread * draw.normal()) : row(1))
    },
  },
  dependency: {
    columns: [4, 30],
    share: [0.01, 0.2],
    begin: (width, draw) => {
      const row = mixture(width, draw, 1 + draw.below(3))
      const bend = bends(width, draw)
      return (isOdd) => {
        const own = row(1)
        if (!isOdd) return bend(own)
        // Each value is a usual one, but of another row.
        return bend(own.map((_, index) => at(row(1), index)))
      }
    },
  },
  manifold: {
    columns: [12, 100],
    share: [0.01, 0.15],
    begin: (width, draw) => {
      const rank = 2 + draw.below(5)
      const loadings = list(width, () => list(rank, draw.normal))
      const phases = list(width, () => 6 * draw.uniform())
      const noise = 0.1 + 0.3 * draw.uniform()
      const offset = 0.1 + 0.3 * draw.uniform()
      return (isOdd) => {
        const factors = list(rank, draw.normal)
        return list(width, (index) => {
          const angle = dot(loadings[index] ?? [], factors) / Math.sqrt(rank) + at(phases, index)
          return Math.sin(2 * angle) + (isOdd ? noise + offset : noise) * draw.normal()
        })
      }
    },
  },
  classes: {
    columns: [6, 64],
    share: [0.01, 0.08],
    begin: (width, draw) => {
      // One of several classes of equal rank is rare: it lies among the others, not outside of them.
      const rank = Math.min(width, 4 + draw.below(5))
      const loadings = list(width, () => list(rank, draw.normal))
      const centres = list(5 + draw.below(6), () => list(rank, () => 2 * draw.normal()))
      const noise = 0.3 + 0.5 * draw.uniform()
      return (isOdd) => {
        const centre = centres[isOdd ? 0 : 1 + draw.below(centres.length - 1)] ?? []
        const factors = centre.map((value) => value + 0.7 * draw.normal())
        return loadings.map((loading) => dot(loading, factors) / Math.sqrt(rank) + noise * draw.normal())
      }
    },
  },
  patients: {
    columns: [5, 35],
    share: [0.1, 0.4],
    begin: (width, draw) => {
      // Two populations that overlap: the rarer one is a little higher and wider in some columns.
      const row = mixture(width, draw, 1)
      const bend = bends(width, draw)
      const shifts = list(width, () => (draw.uniform() < 0.5 ? 0.5 * draw.normal() : 0))
      const widths = list(width, () => 0.9 + 0.5 * draw.uniform())
      return (isOdd) => {
        const own = row(0.8, 0.3)
        return bend(isOdd ? own.map((value, index) => value * at(widths, index) + at(shifts, index)) : own)
      }
    },
  },
  tails: {
    columns: [3, 30],
    share: [0.01, 0.1],
    begin: (width, draw) => {
      const scales = list(width, () => 0.4 + draw.uniform())
      const touched = 1 + draw.below(3)
      const lift = 0.8 + draw.uniform()
      return (isOdd) => {
        const busy = draw.normal()
        const row = scales.map((scale) => scale * (0.7 * busy + 0.7 * draw.normal()))
        if (isOdd) for (let i = 0; i < touched; i++) row[draw.below(width)] = lift * (1 + draw.uniform())
        return row.map((value) => Math.exp(2 * value))
      }
    },
  },
  counts: {
    columns: [4, 40],
    share: [0.01, 0.25],
    begin: (width, draw) => {
      const rates = list(width, () => Math.exp(1.5 * draw.normal()))
      const zeros = list(width, () => (draw.uniform() < 0.5 ? 0.8 * draw.uniform() : 0))
      const rises = list(width, () => (draw.uniform() < 0.4 ? 1 + 2 * draw.uniform() : 1))
      return (isOdd) =>
        rates.map((rate, index) => {
          if (draw.uniform() < at(zeros, index)) return 0
          const mean = rate * (isOdd ? at(rises, index) : 1)
          return Math.max(0, Math.round(mean * Math.exp(0.5 * draw.normal()) + Math.sqrt(mean) * draw.normal() * 0.5))
        })
    },
  },
  categories: {
    columns: [4, 12],
    share: [0.01, 0.3],
    begin: (width, draw) => {
      // Each column is a choice that depends on a hidden kind of row, written as one column for each option.
      const options = list(width, () => 2 + draw.below(6))
      const kinds = 2 + draw.below(3)
      const weights = list(kinds + 1, () => options.map((size) => list(size, () => (1 - draw.uniform()) ** 3)))
      const strange = 0.3 + 0.6 * draw.uniform()
      return (isOdd) => {
        const kind = draw.below(kinds)
        return options.flatMap((size, index) => {
          const own = weights[isOdd && draw.uniform() < strange ? kinds : kind]?.[index] ?? []
          let rest = draw.uniform() * own.reduce((sum, weight) => sum + weight, 0)
          const chosen = own.findIndex((weight) => {
            rest -= weight
            return rest < 0
          })
          return list(size, (option) => (option === chosen ? 1 : 0))
        })
      }
    },
  },
  flags: {
    columns: [20, 100],
    share: [0.02, 0.3],
    begin: (width, draw) => {
      // Bits that are rarely set and go together, as words of a text do.
      const rank = 3 + draw.below(5)
      const loadings = list(width, () => list(rank, () => 1.2 * draw.normal()))
      const bias = list(width, () => -1 - 3 * draw.uniform())
      const own = list(rank, () => 1.5 * draw.normal())
      return (isOdd) => {
        const factors = list(rank, (index) => (isOdd ? at(own, index) : 0) + draw.normal())
        return loadings.map((loading, index) =>
          draw.uniform() < 1 / (1 + Math.exp(-dot(loading, factors) - at(bias, index))) ? 1 : 0,
        )
      }
    },
  },
  subspace: {
    columns: [10, 80],
    share: [0.01, 0.1],
    begin: (width, draw) => {
      const row = mixture(width, draw)
      const touched = 1 + draw.below(4)
      const distance = 1.5 + 2 * draw.uniform()
      return (isOdd) => {
        const own = row(1)
        if (isOdd) {
          const side = draw.uniform() < 0.5 ? -1 : 1
          for (let i = 0; i < touched; i++) own[draw.below(width)] = side * distance * (2 + draw.uniform())
        }
        return own
      }
    },
  },
  noise: {
    columns: [15, 80],
    share: [0.01, 0.2],
    begin: (width, draw) => {
      const useful = 2 + draw.below(4)
      const row = mixture(useful, draw)
      const centre = row(2.5, 1.5)
      return (isOdd) => {
        const own = isOdd ? centre.map((value) => value + draw.normal()) : row(1)
        return [...own, ...list(width - useful, draw.normal)]
      }
    },
  },
  densities: {
    columns: [2, 12],
    share: [0.01, 0.1],
    begin: (width, draw) => {
      // A dense group beside a wide one: anomalies surround the dense group at a distance that is usual in the wide one.
      const ratio = 4 + 8 * draw.uniform()
      const wide = list(width, () => 3 * ratio * draw.normal())
      return (isOdd) => {
        if (!isOdd && draw.uniform() < 0.5) return wide.map((value) => value + ratio * draw.normal())
        return list(width, () => (isOdd ? 2.5 : 1) * draw.normal())
      }
    },
  },
}

const between = ([low, high]: readonly [number, number], share: number): number => low * (high / low) ** share

/** The fewest and the most rows of a generated table. */
const rowBounds: readonly [number, number] = [80, 50_000]

interface Sizes {
  /** How many tables there are of each family. */
  readonly each: number
  /** More rows are not generated. */
  readonly mostRows?: number
}

/**
 * Draws tables of families that resemble no public set, 80 to 50,000 rows of 2 to 100 columns, 1 to 40 % of the rows anomalous. One in four has
 * noise columns besides, one in four has rounded numbers and repeated rows. The same seed gives the same tables.
 */
export const generateTables = (seed: number, { each, mostRows = rowBounds[1] }: Sizes): LabelledTable[] =>
  Object.entries(families).flatMap(([family, { columns, share, begin }], place) =>
    list(each, (index) => {
      const draw = createDraw(seed * 10_007 + place * 101 + index)
      const { uniform, normal, below } = draw
      // Small tables are more frequent than long ones.
      const rows = Math.min(mostRows, Math.round(between(rowBounds, uniform() ** 1.7)))
      const width = Math.round(between(columns, uniform()))
      const makeRow = begin(width, draw)
      const anomalies = Math.max(3, Math.round(rows * between(share, uniform())))
      const odd = list(rows, (row) => row < anomalies)
      const made = odd.map(makeRow)
      const form = below(4)
      if (form === 0) {
        const extra = 1 + below(Math.max(2, width >> 1))
        for (const row of made) for (let i = 0; i < extra; i++) row.push(normal())
      }
      if (form === 1) {
        const kept = made.map((row) => row.map((value) => Math.round(value * 2) / 2))
        const repeats = 0.3 * uniform()
        made.forEach((_, row) => {
          const twin = odd[row] ? below(anomalies) : anomalies + below(rows - anomalies)
          made[row] = kept[uniform() < repeats ? twin : row] ?? []
        })
      }
      return { family, odd, table: toTable(made) }
    }),
  )

const toTable = (rows: readonly (readonly number[])[]): Table => ({
  rows: rows.length,
  columns: list(rows[0]?.length ?? 0, (column) => ({
    name: `c${column}`,
    values: Float64Array.from(rows, (row) => at(row, column)),
  })),
})

/**
 * Makes another table of a labelled one: 150 to 2,000 of its rows with another share of anomalous ones, in half of the cases only some of its
 * columns, in half of them with columns of noise.
 */
export const transformTable = ({ family, table, odd }: LabelledTable, seed: number): LabelledTable => {
  const { uniform, normal, below } = createDraw(seed)
  const pick = (most: number, from: readonly number[]): number[] => {
    const left = [...from]
    return list(Math.min(most, left.length), () => left.splice(below(left.length), 1)[0] ?? 0)
  }
  const size = between([150, 2000], uniform())
  const share = between([0.01, 0.4], uniform())
  const all = list(table.rows, (row) => row)
  const anomalies = pick(
    Math.max(3, Math.round(size * share)),
    all.filter((row) => odd[row]),
  )
  const others = pick(
    Math.round(size * (1 - share)),
    all.filter((row) => !odd[row]),
  )
  const rows = [...anomalies, ...others]
  const { columns } = pickRows(table, Uint32Array.from(rows))
  const places = list(columns.length, (place) => place)
  const kept = uniform() < 0.5 ? pick(Math.max(3, Math.ceil(columns.length * (0.3 + 0.5 * uniform()))), places) : places
  const noise = list(uniform() < 0.5 ? 1 + below(columns.length) : 0, (number) => ({
    name: `noise${number}`,
    values: Float64Array.from(rows, normal),
  }))
  return {
    family,
    odd: rows.map((_, row) => row < anomalies.length),
    table: { rows: rows.length, columns: [...kept.flatMap((place) => columns[place] ?? []), ...noise] },
  }
}
