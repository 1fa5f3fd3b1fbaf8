/** The number of records of a source with one format or fault, with a sample. */
export interface ParseCount {
  readonly source: string
  readonly format: string
  /** Whether a parser recognized the format and the records have a time of their own. */
  readonly parsed: boolean
  readonly count: number
  /** The latest such record, cut. */
  readonly sample: string
  readonly lastSeenAt: number
}

const mostShapes = 50
const mostSources = 1000
const longestSample = 500

/** Counts formats per source in bounded memory: beyond 50 formats, the rest of a source counts as one. */
export class ParseCounts {
  #sources = new Map<string, Map<string, { parsed: boolean; count: number; sample: string; lastSeenAt: number }>>()

  add(source: string, format: string, parsed: boolean, sample: string, at: number): void {
    let shapes = this.#sources.get(source)
    if (!shapes) {
      if (this.#sources.size >= mostSources) return
      shapes = new Map()
      this.#sources.set(source, shapes)
    }
    const known = shapes.get(format)
    if (known) {
      known.count++
      if (at >= known.lastSeenAt) known.lastSeenAt = at
      return
    }
    const name = shapes.size >= mostShapes ? 'other' : format
    const other = shapes.get(name)
    if (other) {
      other.count++
      other.lastSeenAt = Math.max(other.lastSeenAt, at)
    } else shapes.set(name, { parsed, count: 1, sample: sample.slice(0, longestSample), lastSeenAt: at })
  }

  /** Returns the counts since the last call and resets them. */
  take(): ParseCount[] {
    const counts = [...this.#sources].flatMap(([source, shapes]) =>
      [...shapes].map(([format, count]) => ({ source, format, ...count })),
    )
    this.#sources = new Map()
    return counts
  }
}
