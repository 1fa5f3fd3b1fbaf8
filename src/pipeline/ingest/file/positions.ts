import { z } from 'zod'
import type { Cursors } from '../source.ts'
import type { Position } from './content.ts'

const ownPosition = z.object({
  offset: z.int().min(0),
  line: z.int().min(0),
  fingerprint: z.string(),
  fingerprintBytes: z.int().min(0),
  given: z.int().min(0).optional(),
  marks: z.array(z.tuple([z.int().min(0), z.string()])).optional(),
})
const positionShape = ownPosition.extend({ before: ownPosition.optional() })

const parse = (text: string): Position | undefined => positionShape.safeParse(JSON.parse(text)).data

/** Reads the stored position of a file. */
export const readPosition = async (cursors: Cursors, source: string, key: string): Promise<Position | undefined> => {
  const text = await cursors.read(source, key)
  return text === undefined ? undefined : parse(text)
}

/** Reads the stored positions of all files of a source, also those that were truncated since. */
export const readPositions = async (cursors: Cursors, source: string): Promise<readonly Position[]> =>
  (await cursors.list(source)).flatMap((text) => {
    const position = parse(text)
    return position ? withFormer(position) : []
  })

/** Returns a position, and the one before its file was truncated. */
export const withFormer = (position: Position): readonly Position[] =>
  position.before ? [position, position.before] : [position]
