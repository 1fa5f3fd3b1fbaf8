/** A stem, the set that it belongs to, and the position of the group of letters that leads to it. */
interface Place {
  readonly codes: Uint8Array
  readonly set: number
  readonly offset: number
}

const groupAt = (text: string, at: number): number =>
  ((text.charCodeAt(at) & 31) << 10) | ((text.charCodeAt(at + 1) & 31) << 5) | (text.charCodeAt(at + 2) & 31)

/** Characters by frequency in English. All others are rarer. */
const frequent = ' etaoinsrhldcumfpgwyb'
const rarityOf = (letter: string): number => {
  const rank = frequent.indexOf(letter)
  return rank < 0 ? frequent.length : rank
}

/** The start of the four rarest characters in a row, of which texts contain fewest by chance. */
const rarestAt = (stem: string): number => {
  let [best, rarest] = [0, -1]
  for (let at = 0; at + 4 <= stem.length; at++) {
    const letters = [...stem.slice(at, at + 4)].map(rarityOf)
    // Both groups of three count on their own, so the more frequent one decides.
    const rarity = Math.min(sum(letters.slice(0, 3)), sum(letters.slice(1)))
    if (rarity > rarest) [best, rarest] = [at, rarity]
  }
  return best
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/**
 * Creates a scan of texts for sets of stems. It returns a bit for each set of which a text contains a stem, in any case. A stem has at
 * least four ASCII characters, so of two adjacent groups of three, one is at an even position: the scan looks at every second one.
 */
export const createStemScan = (sets: readonly (readonly string[])[]): ((text: string) => number) => {
  const index = new Uint16Array(2 ** 15)
  const lists: Place[][] = [[]]
  for (const [set, stems] of sets.entries()) {
    for (const stem of stems) {
      const codes = Uint8Array.from(stem, (letter) => letter.charCodeAt(0) | 32)
      const start = rarestAt(stem)
      for (const offset of [start, start + 1]) {
        const group = groupAt(stem, offset)
        index[group] ||= lists.push([]) - 1
        lists[index[group] ?? 0]?.push({ codes, set, offset })
      }
    }
  }
  const isAt = (text: string, { codes }: Place, start: number): boolean => {
    if (start < 0 || start + codes.length > text.length) return false
    for (let i = 0; i < codes.length; i++) if ((text.charCodeAt(start + i) | 32) !== codes[i]) return false
    return true
  }
  const search = (text: string, at: number, list: number, found: number): number => {
    let all = found
    for (const place of lists[list] ?? []) if (isAt(text, place, at - place.offset)) all |= 1 << place.set
    return all
  }
  return (text) => {
    const last = text.length - 3
    let found = 0
    // The third character of a group is the first of the next one.
    let first = text.charCodeAt(0) & 31
    for (let at = 0; at <= last; at += 2) {
      const third = text.charCodeAt(at + 2) & 31
      const list = index[(first << 10) | ((text.charCodeAt(at + 1) & 31) << 5) | third] as number
      if (list !== 0) found = search(text, at, list, found)
      first = third
    }
    return found
  }
}
