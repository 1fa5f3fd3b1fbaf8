/** A group of letters of a text in 32 bits: eight of each, the last letter lowest. */
export const longestGram = 4

/** Puts one more letter at the end of a group. */
export const roll = (group: number, code: number): number => (group << 8) ^ code

export const spreading = 0x9e3779b1

/** Knows which groups of four letters the value has that was looked at last, as several indexes look at the same one in turn. */
export interface GramMemory {
  /** Whether a value of this length is worth being remembered. */
  suits(length: number): boolean
  /** Looks at a value, unless it was the last one. */
  look(value: string): void
  /** Whether the value may have a group, told by its place: false is certain. */
  mayHave(place: number): boolean
}

const shortest = 16
const longest = 1024
const bits = 13

/** Where a group has its place. */
export const placeOf = (gram: number): number => Math.imul(gram, spreading) >>> (32 - bits)

export const createGramMemory = (): GramMemory => {
  /** The number of the last value that had a group in this place. */
  const places = new Int32Array(1 << bits)
  let number = 0
  let last = ''
  return {
    suits: (length) => length >= shortest && length <= longest,
    look(value) {
      if (value === last) return
      last = value
      number += 1
      if (number > 0x7fff_fff0) {
        places.fill(0)
        number = 1
      }
      const { length } = value
      let group = 0
      for (let at = 0; at < longestGram - 1; at++) group = roll(group, value.charCodeAt(at))
      for (let at = longestGram - 1; at < length; at++) {
        group = roll(group, value.charCodeAt(at))
        places[placeOf(group)] = number
      }
    },
    mayHave: (place) => places[place] === number,
  }
}
