const maxSlots = 4_096

/** Counts timestamps over an unknown span: starts with slots of one second and doubles their width when there are too many. */
export interface Histogram {
  add(time: number): void
  readonly from: number | undefined
  readonly to: number | undefined
  /** Returns the counts in `count` equal slices between two times. */
  slices(from: number, to: number, count: number): number[]
}

export const createHistogram = (): Histogram => {
  let width = 1_000
  let slots = new Map<number, number>()
  let from: number | undefined
  let to: number | undefined

  const halve = () => {
    width *= 2
    const wider = new Map<number, number>()
    for (const [slot, count] of slots) {
      const target = Math.floor(slot / 2)
      wider.set(target, (wider.get(target) ?? 0) + count)
    }
    slots = wider
  }

  return {
    add(time) {
      if (from === undefined || time < from) from = time
      if (to === undefined || time > to) to = time
      const slot = Math.floor(time / width)
      slots.set(slot, (slots.get(slot) ?? 0) + 1)
      while (slots.size > maxSlots) halve()
    },
    get from() {
      return from
    },
    get to() {
      return to
    },
    slices(start, end, count) {
      const result = Array.from({ length: count }, () => 0)
      const span = Math.max(1, end - start)
      for (const [slot, seen] of slots) {
        const middle = slot * width + width / 2
        const index = Math.min(count - 1, Math.max(0, Math.floor(((middle - start) / span) * count)))
        result[index] = (result[index] ?? 0) + seen
      }
      return result
    },
  }
}
