import type { Drain, ParameterType, Template } from '../../lib/drain/drain.ts'
import { ownCopy } from '../../lib/own-copy/own-copy.ts'

/** A template and how it was used. */
export interface TemplateSummary {
  readonly template_id: string
  readonly template: string
  readonly count: number
  /** Of all lines. */
  readonly share: number
  readonly first_line: number
  readonly last_line: number
  /** When the log has times. */
  readonly first_seen?: string
  readonly last_seen?: string
  /** Line counts in equal parts of the input. */
  readonly histogram: readonly number[]
  readonly sample: string
  readonly parameters: readonly ParameterSummary[]
}

/** Sampled values of one wildcard of a template. */
export interface ParameterSummary {
  /** More than one when its values are of several. */
  readonly types: readonly ParameterType[]
  /** The offset in the sample. */
  readonly start: number
  readonly length: number
  readonly examples: readonly string[]
}

interface Use {
  number: number
  template: Template
  count: number
  firstLine: number
  lastLine: number
  firstTime: number | undefined
  lastTime: number | undefined
  readonly slices: number[]
  readonly samples: string[]
}

const slices = 48
/** The maximum number of sample lines per template: the first, and one each time the count doubles. */
const maxSamples = 12
const maxSampleChars = 2_048
const maxExamples = 3
/** The number of counted templates at which evicted ones are dropped. */
const maxUses = 24_000

/** The widest range that an ISO date can write. */
const latestTime = 253_402_300_799_999

/** Counts lines by template. With `perLine`, it also returns the template of each line afterwards. */
export const createTally = (drain: Drain, perLine: boolean) => {
  let uses = new Map<string, Use>()
  const templates: Template[] = []
  let made = 0
  let lines = 0
  let forgotten = 0
  /** How many lines a slice has; doubles when all slices are full. */
  let width = 1

  const halve = (): void => {
    width *= 2
    for (const { slices: parts } of uses.values()) {
      for (let at = 0; at < slices; at++) {
        parts[at] = at * 2 < slices ? (parts[at * 2] ?? 0) + (parts[at * 2 + 1] ?? 0) : 0
      }
    }
  }

  /** Merges the counts of merged templates. */
  const gather = (): void => {
    const gathered = new Map<string, Use>()
    for (const [id, use] of uses) {
      const current = drain.current(id)
      if (!current) {
        forgotten += use.count
        continue
      }
      use.template = current
      const known = gathered.get(current.id)
      if (known) join(known, use)
      else gathered.set(current.id, use)
    }
    uses = gathered
  }

  return {
    /** Counts a line; returns a number for its template. */
    add(text: string, line: number, said: number | undefined): number {
      const time = said !== undefined && said > -62_167_219_200_000 && said <= latestTime ? said : undefined
      const template = drain.learn(text)
      if (lines >= width * slices) halve()
      const slice = Math.floor(lines / width)
      lines++
      let use = uses.get(template.id)
      if (!use) {
        if (uses.size >= maxUses) gather()
        use = {
          number: made++,
          template,
          count: 0,
          firstLine: line,
          lastLine: line,
          firstTime: time,
          lastTime: time,
          slices: new Array<number>(slices).fill(0),
          samples: [],
        }
        if (perLine) templates.push(template)
        uses.set(template.id, use)
      }
      use.count++
      use.lastLine = line
      if (time !== undefined) {
        if (use.firstTime === undefined || time < use.firstTime) use.firstTime = time
        if (use.lastTime === undefined || time > use.lastTime) use.lastTime = time
      }
      use.slices[slice] = (use.slices[slice] ?? 0) + 1
      if ((use.count & (use.count - 1)) === 0 && use.samples.length < maxSamples) {
        use.samples.push(ownCopy(text.slice(0, maxSampleChars)))
      }
      return use.number
    },

    /** Returns the current template of an ID. */
    templateOf(number: number): Template {
      const template = templates[number]
      if (!template) throw new RangeError(`Template ${number} not found.`)
      return drain.current(template.id) ?? template
    },

    finish(): { lines: number; forgotten: number; templates: readonly TemplateSummary[] } {
      gather()
      const filled = Math.min(slices, Math.ceil(lines / width))
      const byCount = [...uses.values()].sort((a, b) => b.count - a.count || a.number - b.number)
      return { lines, forgotten, templates: byCount.map((use) => summarise(use, lines, filled, drain)) }
    },
  }
}

const join = (into: Use, use: Use): void => {
  into.count += use.count
  into.number = Math.min(into.number, use.number)
  into.firstLine = Math.min(into.firstLine, use.firstLine)
  into.lastLine = Math.max(into.lastLine, use.lastLine)
  if (use.firstTime !== undefined) into.firstTime = Math.min(into.firstTime ?? use.firstTime, use.firstTime)
  if (use.lastTime !== undefined) into.lastTime = Math.max(into.lastTime ?? use.lastTime, use.lastTime)
  for (const [at, count] of use.slices.entries()) into.slices[at] = (into.slices[at] ?? 0) + count
  into.samples.push(...use.samples.slice(0, maxSamples - into.samples.length))
}

const summarise = (use: Use, lines: number, filled: number, drain: Drain): TemplateSummary => {
  const { template, count, firstLine, lastLine, firstTime, lastTime } = use
  const read = use.samples.map((text) => drain.parameters(template, text)).filter((found) => found.length > 0)
  const sample = use.samples[0] ?? ''
  const ofSample = drain.parameters(template, sample)
  return {
    template_id: template.id,
    template: template.text,
    count,
    share: lines > 0 ? count / lines : 0,
    first_line: firstLine,
    last_line: lastLine,
    ...(firstTime !== undefined && { first_seen: new Date(firstTime).toISOString() }),
    ...(lastTime !== undefined && { last_seen: new Date(lastTime).toISOString() }),
    histogram: use.slices.slice(0, filled),
    sample,
    parameters: ofSample.map(({ start, value }, at) => {
      const all = read.flatMap((found) => found[at] ?? [])
      return {
        types: [...new Set(all.map(({ type }) => type))],
        start,
        length: value.length,
        examples: [...new Set(all.map((one) => one.value))].slice(0, maxExamples),
      }
    }),
  }
}
