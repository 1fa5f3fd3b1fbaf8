import { closest } from '../../spelling/closest.ts'

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
export const spellingHint = (word: string, known: Iterable<string>): string => {
  const meant = closest(word, known)
  return meant === undefined ? '' : `Did you mean "${meant}"?`
}
