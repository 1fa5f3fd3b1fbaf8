import { stat } from 'node:fs/promises'
import { fileReasonOf } from '../../../errors.ts'
import { type Foreign, whyNotFollowed } from '../foreign-content.ts'
import type { Cursors } from '../source.ts'
import { fileContent, type Position, recognize, startPosition } from './content.ts'
import { createFileHandles, fileKey } from './file-handles.ts'
import { logOf } from './file-set.ts'
import { isGone } from './find-files.ts'
import { endOf, type FollowedFile, followFile, type Naming } from './followed-file.ts'
import { readPosition, readPositions, withFormer } from './positions.ts'
import { guessWrittenZone, type TimeInZone } from './written-zone.ts'

/** Each followed file takes some memory. */
const mostFiles = 20_000
/** How many positions of files that are gone to remember. */
const mostFormer = 100

interface Opening extends Omit<Naming, 'source' | 'fileZone'> {
  readonly sourceOf: (path: string) => string
  readonly from: 'start' | 'end'
  readonly cursors: Cursors
  readonly timeOf: TimeInZone | undefined
  readonly mostOpen: number | undefined
  readonly complain: (path: string, reason: string) => void
}

export interface OpenFile {
  readonly file: FollowedFile
  /** Since when no name that is followed leads to it; undefined while one does. */
  unnamedAt: number | undefined
  /** Whether it has been silent for long. */
  isResting: boolean
}

/** The files that are followed, each under one key, whatever its name. */
export interface OpenFiles {
  all(): readonly OpenFile[]
  /**
   * Opens the file at a path, or finds it among the open ones: with `only: 'open'` nowhere else, with `known` also if it was read before.
   * Returns undefined if it is not followed.
   */
  begin(path: string, first: boolean, only?: 'open' | 'known'): Promise<OpenFile | undefined>
  /** Closes a file that is no text, and does not open it again under the same name. */
  leaveOut(one: OpenFile, foreign: Foreign): Promise<void>
  /** Closes a file that is gone, and remembers its position. */
  retire(one: OpenFile): Promise<void>
  positions(): readonly Position[]
  /** The positions of files that are gone, newest last. */
  former(): readonly Position[]
  close(): Promise<void>
}

/** Creates an empty set of files. */
export const createOpenFiles = (options: Opening): OpenFiles => {
  const { sourceOf, hostOf, from, cursors, zoneMinutes, timeOf, now, steady, complain } = options
  const open = new Map<string, OpenFile>()
  const handles = createFileHandles(options.mostOpen)
  const former: Position[] = []
  /** The paths of files that are no text, by key. */
  const foreign = new Map<string, string>()

  const positions = () => [...open.values()].map(({ file }) => file.position)
  /** Returns how far a new file was read before it was copied from its log, by copytruncate; `later` while the log is not truncated yet. */
  const copiedFrom = async (path: string, source: string): Promise<Position | 'all' | 'later' | undefined> => {
    if (logOf(path) === path || !(await exists(logOf(path)))) return undefined
    const content = await fileContent(path)
    try {
      if (await recognize(content, positions())) return 'later'
      return await recognize(content, [...(await readPositions(cursors, source)), ...former])
    } finally {
      await content.close()
    }
  }
  const begin: OpenFiles['begin'] = async (path, first, only) => {
    try {
      const key = fileKey(await stat(path, { bigint: true }))
      const known = open.get(key)
      if (known) {
        known.file.path = path
        return known
      }
      if (only === 'open' || foreign.get(key) === path) return undefined
      if (open.size >= mostFiles) {
        complain(path, `The limit of ${mostFiles} followed files is reached.`)
        return undefined
      }
      const source = sourceOf(path)
      const left = (await readPosition(cursors, source, key)) ?? (await copiedFrom(path, source))
      if (left === 'later' || (only === 'known' && !left)) return undefined
      const isSkipped = left === 'all' || (!left && first && from === 'end')
      const at = isSkipped ? await endOf(path) : (left ?? startPosition)
      const content = await handles.open(() => open.get(key)?.file.path ?? path, key)
      // The next search finds the file that has taken its place.
      if (!content) return undefined
      const fileZone = timeOf && zoneMinutes === undefined ? await guessWrittenZone(path, timeOf) : undefined
      const file = await followFile(content, path, key, at, { source, hostOf, zoneMinutes, fileZone, now, steady })
      const opened = { file, unnamedAt: undefined, isResting: false }
      open.set(key, opened)
      return opened
    } catch (error) {
      if (!isGone(error)) complain(path, fileReasonOf(error))
      return undefined
    }
  }
  const drop = async ({ file }: OpenFile): Promise<void> => {
    open.delete(file.key)
    await file.close()
  }
  return {
    all: () => [...open.values()],
    begin,
    async leaveOut(one, content) {
      const { key, path } = one.file
      foreign.set(key, path)
      await drop(one)
      complain(path, whyNotFollowed(content))
    },
    async retire(one) {
      former.push(...withFormer(one.file.position))
      former.splice(0, former.length - mostFormer)
      await drop(one)
    },
    positions,
    former: () => former,
    async close() {
      for (const { file } of open.values()) await file.close()
    },
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
