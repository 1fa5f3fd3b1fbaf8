import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish } from '../../draft.ts'
import { looksLikeMorgan, readMorganLine, withoutColours } from '../../entities/morgan.ts'
import type { Parsed } from '../../parser.ts'

/** Parses a line of Morgan on its own, which has no time, and removes its colours. */
export const readMorgan = ({ text }: RawRecord): Parsed | undefined => {
  if (!looksLikeMorgan(text)) return undefined
  const fields: Draft = {}
  return readMorganLine(text, fields) ? finish('access-log/morgan', undefined, withoutColours(text), fields) : undefined
}
