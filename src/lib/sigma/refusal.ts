/** Why a document cannot be used, and where in it: the keys that lead there. Caught where documents are read; nobody else sees it. */
export class Refusal extends Error {
  readonly code: string
  readonly path: readonly string[]
  readonly hint: string | undefined

  constructor(code: string, message: string, path: readonly string[], hint?: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.path = path
    this.hint = hint
  }
}

/** Finds the line of the key that a path leads to, from 1: the first that follows the line of the key before it. */
export const findLine = (text: string, path: readonly string[]): number => {
  const lines = text.split('\n')
  let at = -1
  for (const key of path) {
    const starts = [`${key}:`, `'${key}':`, `"${key}":`]
    const next = lines.findIndex((line, index) => {
      if (index <= at && !(index === at && at >= 0 && line.includes(`- ${key}`))) return false
      const plain = line.replace(/^[\s-]+/, '')
      return starts.some((start) => plain.startsWith(start))
    })
    if (next >= 0) at = next
  }
  return Math.max(at, 0) + 1
}

/** Says which of some words a mistyped one may have meant; an empty text when none is near. */
export const didYouMean = (word: string, known: Iterable<string>): string => {
  let best = ''
  let least = Math.min(3, Math.ceil(word.length / 3)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best === '' ? '' : `Did you mean "${best}"?`
}

/** Edits of one letter, swaps of neighbours among them, that make one word of another (Damerau 1964, restricted). O(n·m). */
export const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
