/** A group of letters of a text in 32 bits: eight of each, the last letter lowest. */
export const longestGram = 4

/** Puts one more letter at the end of a group. */
export const roll = (group: number, code: number): number => (group << 8) ^ code

export const spreading = 0x9e3779b1

/** Knows which groups of four letters the value has that was looked at last, as several indexes look at the same one in turn. */
export interface GramMemory {
  /** Whether a value of this length is worth being remembered. */
  suits(length: number): boolean
  /** Announces a group that an index will ask for. */
  expect(gram: number): void
  /** Looks at a value, unless it was the last one; false when it has none of the groups that any index asks for. */
  look(value: string): boolean
  /** Whether the value may have a group, given by its place: false is certain. */
  mayHave(place: number): boolean
}

const shortest = 16
const longest = 1024
const bits = 13

/** Where a group has its place. */
export const placeOf = (gram: number): number => placeOfHash(Math.imul(gram, spreading))

const placeOfHash = (hash: number): number => hash >>> (32 - bits)
/** Which of the eight bits of its place is a group's, by the next three of its hash. */
const bitOf = (hash: number): number => (hash >>> (32 - bits - 3)) & 7

export const createGramMemory = (): GramMemory => {
  /** The number of the last value that had a group in this place. */
  const places = new Int32Array(1 << bits)
  /** The groups that are asked for: a bit for each of their hashes. */
  const expected = new Uint8Array(1 << bits)
  let number = 0
  let last = ''
  let hasSome = 0
  return {
    suits: (length) => length >= shortest && length <= longest,
    expect(gram) {
      const hash = Math.imul(gram, spreading)
      expected[placeOfHash(hash)] = (expected[placeOfHash(hash)] ?? 0) | (1 << bitOf(hash))
      last = ''
    },
    look(value) {
      if (value === last) return hasSome === 1
      last = value
      number += 1
      if (number > 0x7fff_fff0) {
        places.fill(0)
        number = 1
      }
      hasSome = 0
      const { length } = value
      let group = 0
      for (let at = 0; at < longestGram - 1; at++) group = roll(group, value.charCodeAt(at))
      for (let at = longestGram - 1; at < length; at++) {
        group = roll(group, value.charCodeAt(at))
        const hash = Math.imul(group, spreading)
        const place = placeOfHash(hash)
        places[place] = number
        hasSome |= ((expected[place] as number) >>> bitOf(hash)) & 1
      }
      return hasSome === 1
    },
    mayHave: (place) => places[place] === number,
  }
}
