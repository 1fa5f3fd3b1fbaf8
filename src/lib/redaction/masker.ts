import { commonNames, findNames, type Named, type NameKind } from './names.ts'
import { findSecrets } from './secrets.ts'
import { contains, overlaps, type Span, spansOf } from './span.ts'

/** `mask` replaces it with a placeholder that can be restored, `never` with one that cannot. */
export type Treatment = 'send' | 'mask' | 'never'

interface MaskerOptions {
  readonly treatment: Readonly<Record<NameKind, Treatment>>
  /** Known names, in addition to those that texts reveal. */
  readonly known?: readonly { readonly kind: NameKind; readonly value: string }[]
}

/** Replaces names with placeholders, the same for the same name, and restores them. */
export interface Masker {
  mask(text: string): string
  /** Restores placeholders, except those whose original must not be shown; `unknown` lists placeholders that it did not create. */
  restore(
    text: string,
    mayShow?: (meaning: string) => boolean,
  ): { readonly text: string; readonly unknown: readonly string[] }
  /** The original of a placeholder. */
  meaning(standIn: string): string | undefined
  /** All placeholders with their originals. */
  standIns(): readonly { readonly stand_in: string; readonly value: string }[]
  /** The number of names with a placeholder, and of removed secrets. */
  counts(): { readonly masked: number; readonly secrets: number }
}

export const withheld = '[withheld]'
export const secretTaken = '[secret]'

/** The form of placeholders: `IP_1`, `USER_2`. */
const standIn = /(?<!\w)(?:IP|HOST|USER|EMAIL|DOMAIN|URL|HASH|FILE|PROCESS|TEXT)_\d{1,6}(?!\w)/g

type Part = Span & { readonly kind: NameKind | 'text' | 'secret' }

/**
 * Makes a masker for one case. Secrets always go, whatever the treatment; what looks like a stand-in in the text itself gets one, too, so
 * that nobody can write one into a log. `restore(mask(text)).text` is the text again, but for secrets and what is never sent.
 */
export const createMasker = ({ treatment, known = [] }: MaskerOptions): Masker => {
  const given = new Map<string, string>()
  const meanings = new Map<string, string>()
  const numbers = new Map<string, number>()
  let secrets = 0

  const standInFor = (kind: Exclude<Part['kind'], 'secret'>, value: string): string => {
    const before = given.get(`${kind} ${value}`)
    if (before !== undefined) return before
    const number = (numbers.get(kind) ?? 0) + 1
    numbers.set(kind, number)
    const name = `${kind.toUpperCase()}_${number}`
    given.set(`${kind} ${value}`, name)
    meanings.set(name, value)
    return name
  }

  const wanted = [...known]
    .filter(({ value }) => isTelling(value))
    .sort((a, b) => b.value.length - a.value.length)
    .map(({ kind, value }) => ({ kind, pattern: wholeWord(value) }))

  const namesIn = (text: string): readonly Part[] => {
    const told = wanted.flatMap(({ kind, pattern }): Named[] =>
      spansOf(text, pattern).map((span) => ({ ...span, kind })),
    )
    const found = findNames(text).filter(({ start, end }) => isTelling(text.slice(start, end)))
    return [...told, ...found].filter(({ kind }) => treatment[kind] !== 'send')
  }

  const write = (text: string, { kind, start, end }: Part): string => {
    if (kind === 'secret') {
      secrets++
      return secretTaken
    }
    if (kind !== 'text' && treatment[kind] === 'never') return withheld
    return standInFor(kind, text.slice(start, end))
  }

  return {
    mask(text) {
      const forged = spansOf(text, standIn).map((span): Part => ({ ...span, kind: 'text' }))
      let done = 0
      let masked = ''
      for (const part of choose([...forged, ...namesIn(text)], findSecrets(text))) {
        masked += text.slice(done, part.start) + write(text, part)
        done = part.end
      }
      return masked + text.slice(done)
    },
    restore(text, mayShow = () => true) {
      const unknown = new Set<string>()
      const restored = text.replace(standIn, (name) => {
        const meaning = meanings.get(name)
        if (meaning === undefined) unknown.add(name)
        return meaning !== undefined && mayShow(meaning) ? meaning : name
      })
      return { text: restored, unknown: [...unknown] }
    },
    meaning: (name) => meanings.get(name),
    standIns: () => [...meanings].map(([stand_in, value]) => ({ stand_in, value })),
    counts: () => ({ masked: given.size, secrets }),
  }
}

/** Too short or too common a name would be found where it is none. */
const isTelling = (value: string): boolean =>
  value.length >= 2 && !/^\d{1,3}$/.test(value) && !commonNames.has(value.toLowerCase())

const wholeWord = (value: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_])${value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}(?![\\p{L}\\p{N}_])`, 'giu')

/**
 * Chooses parts that do not overlap, the longest first, in order. A secret is removed as a whole: with a name around it, or with what it
 * overlaps.
 */
const choose = (names: readonly Part[], secrets: readonly Span[]): readonly Part[] => {
  const chosen: Part[] = []
  for (const name of [...names].sort((a, b) => b.end - b.start - (a.end - a.start))) {
    if (!chosen.some((one) => overlaps(one, name))) chosen.push(name)
  }
  let result: readonly Part[] = chosen
  for (const secret of secrets) {
    const touched = result.filter((one) => overlaps(one, secret))
    if (touched.some((one) => contains(one, secret))) continue
    const whole: Part = {
      kind: 'secret',
      start: Math.min(secret.start, ...touched.map(({ start }) => start)),
      end: Math.max(secret.end, ...touched.map(({ end }) => end)),
    }
    result = [...result.filter((one) => !touched.includes(one)), whole]
  }
  return [...result].sort((a, b) => a.start - b.start)
}
