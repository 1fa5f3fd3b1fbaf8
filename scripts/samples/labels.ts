import type { RecordedLine } from './recorder.ts'
import type { Stage } from './stage.ts'

/** The label file: the lines of each stage and fault. Line numbers start at 1; a pair is a first and a last line. */
export interface Labels {
  readonly seed: number
  readonly from: string
  /** The moment that becomes "now" when the sample is loaded. */
  readonly end: string
  readonly files: readonly { readonly name: string; readonly lines: number }[]
  readonly stages: readonly {
    readonly id: string
    readonly kind: Stage['kind']
    readonly title: string
    readonly from: string
    readonly to: string
    readonly hosts: readonly string[]
    readonly lines: Readonly<Record<string, readonly (readonly [number, number])[]>>
  }[]
}

/** Collects the lines of each stage, file by file. */
export const labelsOf = (
  lines: ReadonlyMap<string, readonly RecordedLine[]>,
  stages: readonly Stage[],
  { seed, from, end }: { readonly seed: number; readonly from: number; readonly end: number },
): Labels => ({
  seed,
  from: new Date(from).toISOString(),
  end: new Date(end).toISOString(),
  files: [...lines].map(([name, own]) => ({ name, lines: own.length })),
  stages: stages.map((stage) => {
    const { id, kind, title, hosts } = stage
    const found = [...lines].map(([name, own]) => {
      const numbers = own.flatMap((line, i) => (belongs(line, stage) ? [i + 1] : []))
      return [name, toRanges(numbers)] as const
    })
    return {
      ...{ id, kind, title },
      from: new Date(stage.from).toISOString(),
      to: new Date(stage.to).toISOString(),
      hosts,
      lines: Object.fromEntries(found.filter(([, ranges]) => ranges.length > 0)),
    }
  }),
})

const belongs = (line: RecordedLine, { id, from, to, shows, own }: Stage): boolean =>
  (line.label === id && (own?.(line) ?? true)) || (line.time >= from && line.time <= to && (shows?.(line) ?? false))

const toRanges = (numbers: readonly number[]): [number, number][] => {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges
}
