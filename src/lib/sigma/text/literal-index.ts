import type { GramMemory } from './gram-memory.ts'
import { createScan } from './gram-scan.ts'
import type { Literal } from './literal.ts'

/**
 * Finds which of many texts equal, begin, end or occur in a value, in one pass over the value.
 *
 * Texts that may occur anywhere are found by one rare group of up to four of their letters, in a hash table, and then compared (the q-gram
 * filter of Wu and Manber, 1994): O(value) with a small constant, where an automaton over all texts would have to walk a table far larger
 * than the processor's cache. Beginnings and ends are walked in a trie. Texts and values are in lower case.
 */
export interface LiteralIndex<Payload> {
  /** Calls `visit` for each text that is found, at least once. */
  search(value: string, visit: (payload: Payload) => void): void
}

interface Branch<Payload> {
  readonly next: Map<number, Branch<Payload>>
  readonly here: Payload[]
}

/** Builds an index. Memory is linear in the texts. `memory` is shared by indexes that look at the same values in turn. */
export const createLiteralIndex = <Payload>(
  literals: readonly Literal<Payload>[],
  memory: GramMemory,
): LiteralIndex<Payload> => {
  const wholes = new Map<string, Payload[]>()
  const starts: Branch<Payload> = { next: new Map(), here: [] }
  const ends: Branch<Payload> = { next: new Map(), here: [] }
  const always: Payload[] = []
  const within: Literal<Payload>[] = []
  for (const literal of literals) {
    const { manner, text, payload } = literal
    if (manner === 'equals') {
      const known = wholes.get(text)
      if (known) known.push(payload)
      else wholes.set(text, [payload])
    } else if (text === '') always.push(payload)
    else if (manner === 'starts') grow(starts, text, payload, false)
    else if (manner === 'ends') grow(ends, text, payload, true)
    else within.push(literal)
  }
  const scan = within.length === 0 ? undefined : createScan(within, memory)
  const [hasWholes, hasStarts, hasEnds] = [wholes.size > 0, starts.next.size > 0, ends.next.size > 0]
  const hasAlways = always.length > 0
  return {
    search(value, visit) {
      if (hasAlways) for (const payload of always) visit(payload)
      const whole = hasWholes ? wholes.get(value) : undefined
      if (whole) for (const payload of whole) visit(payload)
      if (hasStarts) walk(starts, value, false, visit)
      if (hasEnds) walk(ends, value, true, visit)
      scan?.(value, visit)
    },
  }
}

const grow = <Payload>(root: Branch<Payload>, text: string, payload: Payload, backwards: boolean): void => {
  let branch = root
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(backwards ? text.length - 1 - index : index)
    let next = branch.next.get(code)
    if (!next) {
      next = { next: new Map(), here: [] }
      branch.next.set(code, next)
    }
    branch = next
  }
  branch.here.push(payload)
}

const walk = <Payload>(
  root: Branch<Payload>,
  value: string,
  backwards: boolean,
  visit: (payload: Payload) => void,
): void => {
  let branch: Branch<Payload> | undefined = root
  for (let index = 0; index < value.length; index++) {
    branch = branch.next.get(value.charCodeAt(backwards ? value.length - 1 - index : index))
    if (!branch) return
    for (const payload of branch.here) visit(payload)
  }
}
