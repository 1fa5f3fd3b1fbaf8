import { stat } from 'node:fs/promises'
import { fileReasonOf } from '../../../errors.ts'
import type { Cursors } from '../source.ts'
import {
  type ArchivedFile,
  type ArchivedPortion,
  completePosition,
  findArchive,
  isArchiveName,
  isComplete,
  isRecognized,
  readFollowedArchive,
} from './archived-files.ts'
import type { Position } from './content.ts'
import { fileKey } from './file-handles.ts'
import { logOf, toFileSets } from './file-set.ts'
import { isGone } from './find-files.ts'
import type { Naming } from './followed-file.ts'
import { readPosition, readPositions } from './positions.ts'

interface Options {
  readonly sourceOf: (path: string) => string
  readonly from: 'start' | 'end'
  readonly cursors: Cursors
  readonly complain: (path: string, reason: string) => void
  readonly naming: Omit<Naming, 'source'>
  /** How long an archive must be unchanged before it is read, because it may still be written. */
  readonly settleMs: number
  /** The positions of the files that are followed. */
  readonly openPositions: () => readonly Position[]
  /** The positions of files that are gone. */
  readonly former: () => readonly Position[]
}

/** A portion, or the end of an archive as a position without records. */
type Stored = Pick<ArchivedPortion, 'source' | 'key' | 'records'> & { readonly position: string }

/** Reads the compressed files and archives of followed folders, one after the other. */
interface ArchiveFollower {
  /**
   * Chooses the archives to read. At first, those of a log that were compressed while we were away, or all of a new log; `beside` lie next
   * to the logs but match no pattern. Later, every new one.
   */
  scan(plain: readonly string[], packed: readonly string[], beside: readonly string[]): Promise<void>
  /** Reads the next portion. */
  read(): Promise<Stored | undefined>
  /** The paths of the archives that are not read yet. */
  waiting(): readonly string[]
  close(): Promise<void>
}

interface Chosen {
  readonly archive: ArchivedFile
  /** The positions of files when the archive was found. Their cursors may belong to other files when it is read. */
  readonly past: readonly Position[]
}

/** Creates a reader of the archives that lie beside followed files. Recognizes by their content what was read before. */
export const followArchives = (options: Options): ArchiveFollower => {
  const { sourceOf, from, cursors, complain, naming, settleMs, openPositions, former } = options
  const queue: Chosen[] = []
  /** The archives that are read, or need not be, by key. */
  const done = new Map<string, string>()
  let isFirst = true
  /** The logs that existed at the first scan, with archives that were still written. */
  const postponed = new Set<string>()
  let current: (Pick<Chosen, 'archive'> & { readonly portions: ReturnType<typeof readFollowedArchive> }) | undefined

  const isNew = ({ key, stamp, size }: ArchivedFile): boolean =>
    size > 0 && done.get(key) !== stamp && current?.archive.key !== key && !queue.some((one) => one.archive.key === key)

  const look = async (path: string): Promise<ArchivedFile | undefined> => {
    try {
      return await findArchive(path)
    } catch (error) {
      if (!isGone(error)) complain(path, fileReasonOf(error))
      return undefined
    }
  }
  const hasPosition = async (path: string): Promise<boolean> => {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    return found !== undefined && (await readPosition(cursors, sourceOf(path), fileKey(found))) !== undefined
  }
  const pastOf = async (path: string) => [...(await readPositions(cursors, sourceOf(path))), ...former()]
  const isStored = async (archive: ArchivedFile): Promise<boolean> =>
    isComplete(archive, await cursors.read(sourceOf(archive.path), archive.key))

  /** Chooses among the archives of a log that are there at the beginning. */
  const chooseFirst = async (plain: readonly string[], found: readonly ArchivedFile[], named: ReadonlySet<string>) => {
    const known: boolean[] = []
    for (const archive of found) {
      known.push((await isStored(archive)) || (await isRecognized(archive, await pastOf(archive.path))))
    }
    let isFollowed = false
    for (const path of plain) isFollowed ||= await hasPosition(path)
    const oldest = known.indexOf(true)
    for (const [index, archive] of found.entries()) {
      const isWanted = oldest >= 0 ? index >= oldest : !isFollowed && from === 'start' && named.has(archive.path)
      if (isWanted && !(await isStored(archive))) queue.push({ archive, past: await pastOf(archive.path) })
      else done.set(archive.key, archive.stamp)
    }
  }

  return {
    async scan(plain, packed, beside) {
      const named = new Set(packed)
      const all = [...new Set([...plain, ...packed, ...beside])]
      for (const paths of toFileSets(all, () => undefined)) {
        const found: ArchivedFile[] = []
        for (const path of paths.filter(isArchiveName)) {
          const archive = await look(path)
          if (archive && isNew(archive)) found.push(archive)
        }
        if (found.length === 0) continue
        const written = found.filter(({ changedAt }) => changedAt > naming.now() - settleMs)
        const log = logOf(paths[0] ?? '')
        if (isFirst || postponed.has(log)) {
          if (written.length > 0) postponed.add(log)
          else {
            postponed.delete(log)
            await chooseFirst(
              paths.filter((path) => !isArchiveName(path)),
              found,
              named,
            )
          }
          continue
        }
        for (const archive of found) {
          if (written.includes(archive)) continue
          if (await isStored(archive)) done.set(archive.key, archive.stamp)
          else queue.push({ archive, past: await pastOf(archive.path) })
        }
      }
      isFirst = false
    },
    async read() {
      while (!current) {
        const next = queue.shift()
        if (!next) return undefined
        // The file that it was made of is still read under its old name. The next scan finds the archive again.
        if (await isRecognized(next.archive, openPositions())) continue
        const positionOf = (source: string, key: string) => readPosition(cursors, source, key)
        const reading = { ...naming, sourceOf, positionOf, complain }
        const past = [...next.past, ...(await pastOf(next.archive.path))]
        current = { archive: next.archive, portions: readFollowedArchive(next.archive, past, reading) }
      }
      const { archive, portions } = current
      const next = await portions.next()
      if (!next.done) return { ...next.value, position: JSON.stringify(next.value.position) }
      current = undefined
      done.set(archive.key, archive.stamp)
      // A corrupt archive may be replaced, and is tried again after a restart.
      if (!next.value.isWhole) return this.read()
      return { source: sourceOf(archive.path), key: archive.key, records: [], position: completePosition(archive) }
    },
    waiting: () => [...(current ? [current] : []), ...queue].map(({ archive }) => archive.path),
    async close() {
      await current?.portions.return({ isWhole: false })
    },
  }
}
