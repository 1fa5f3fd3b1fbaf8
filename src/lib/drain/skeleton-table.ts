/** Lines of one kind that differ in digits only take one slot; 64 KiB in all. */
const size = 4_096
/** In longer lines it may matter how long a number is: they may be cut, and their quotations be too long to be looked for. */
const longest = 200
/** After so many lines the table is made. */
const fewest = 64
/** So often it is decided whether looking here is worth its cost, and for how many such times it is not tried again. */
const period = 1_024
const rest = 7

/**
 * Remembers for lines seen lately their signature, by what is left of them without their digits. Lines that differ in nothing but the
 * digits of their numbers are the same to the scanner, and finding that out costs a third of scanning them. Where few lines are found, it
 * is tried now and then only. It gives what the scanner would give, so what is in here changes no answer.
 */
export const createSkeletonTable = () => {
  /** Per slot: two hashes of the skeleton, then the two of the signature. */
  let slots: Int32Array | undefined
  let first = 0
  let second = 0
  let isRead = false
  let lines = 0
  let hits = 0
  let kept = 0

  const table = {
    low: 0,
    high: 0,

    /** Looks for a line, given as the codes of its characters; leaves its signature in `low` and `high` when it finds it. */
    find(codes: Uint16Array, length: number): boolean {
      isRead = false
      lines++
      if (lines > period) {
        if (hits * 4 < period && lines < period * rest) return false
        lines = 0
        hits = 0
      }
      isRead = length <= longest
      if (!isRead) return false
      let a = 0x811c9dc5 | 0
      let b = 0
      let wasDigit = false
      for (let at = 0; at < length; at++) {
        const code = codes[at] ?? 0
        if (code >= 48 && code <= 57) {
          if (wasDigit) continue
          wasDigit = true
          a = Math.imul(a ^ 48, 0x01000193)
          b = ((b << 5) - b + a) | 0
          continue
        }
        wasDigit = false
        a = Math.imul(a ^ code, 0x01000193)
        b = ((b << 5) - b + code) | 0
      }
      first = a
      second = b
      if (!slots) return false
      const slot = ((first ^ (first >>> 15)) & (size - 1)) * 4
      if (slots[slot] !== first || slots[slot + 1] !== second) return false
      table.low = slots[slot + 2] ?? 0
      table.high = slots[slot + 3] ?? 0
      hits++
      return true
    },

    /** Keeps the signature of the line last looked for. */
    keep(low: number, high: number): void {
      if (!isRead) return
      // A service of few lines does not pay for the table.
      if (slots === undefined && kept < fewest) {
        kept++
        return
      }
      slots ??= new Int32Array(size * 4)
      const slot = ((first ^ (first >>> 15)) & (size - 1)) * 4
      slots[slot] = first
      slots[slot + 1] = second
      slots[slot + 2] = low
      slots[slot + 3] = high
    },
  }
  return table
}
