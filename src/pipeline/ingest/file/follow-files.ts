import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../../../component.ts'
import { fileReasonOf } from '../../../errors.ts'
import { pause } from '../../../lib/deadline/deadline.ts'
import { whyNotFollowed } from '../foreign-content.ts'
import { offer } from '../offer.ts'
import type { Cursors, Emit, Source } from '../source.ts'
import { isArchiveName } from './archived-files.ts'
import { fileContent, type Position, recognize, startPosition } from './content.ts'
import { createFileHandles, fileKey } from './file-handles.ts'
import { logOf, rotationOf, toFileSets } from './file-set.ts'
import { findFiles, isGone } from './find-files.ts'
import { followArchives } from './follow-archives.ts'
import { endOf, type FollowedFile, followFile, type Portion } from './followed-file.ts'
import { readPosition, readPositions, withFormer } from './positions.ts'
import { guessWrittenZone, type TimeInZone } from './written-zone.ts'

/** Each followed file takes some memory. */
const mostFiles = 20_000
/** A search of many files takes at most one part in so many of the time. */
const scanShare = 20
/** How many positions of files that are gone to remember. */
const mostFormer = 100

export interface FollowOptions {
  readonly paths: readonly string[]
  /** Returns the source of a file. Always the same for the same file. */
  readonly sourceOf: (path: string) => string
  /** Where to start in files that existed before the first run. */
  readonly from: 'start' | 'end'
  /** Whether to wait for more after everything was read. */
  readonly follow: boolean
  readonly zoneMinutes?: number | undefined
  /** Reads the time of a line, to guess the zone of a file; without it, none is guessed. */
  readonly timeOf?: TimeInZone
  readonly now: () => number
  /** A monotonic clock in ms, independent of changes to the system time. */
  readonly steady?: () => number
  readonly log: Log
  readonly pollMs?: number
  /** How often to search folders and patterns for new files. */
  readonly scanMs?: number
  /** Silence after which a last line without an end is taken as complete. */
  readonly quietMs?: number
  /** How long to read a file after it was renamed or deleted. */
  readonly lingerMs?: number
  /** Silence after which a file is looked at only every `scanMs`. */
  readonly restMs?: number
  /** How many files to hold open. */
  readonly mostOpen?: number | undefined
}

/**
 * Follows files as they grow, by polling. A file is identified by device and inode: a renamed file is read to its end, and its successor
 * from the beginning. A truncated or rewritten file is read again. Each position is stored together with its records. Bytes written between
 * the copy and the truncation of a copytruncate rotation are lost. Compressed files and archives are read once; what was followed before it
 * was compressed or copied is recognized by its content.
 */
export const followFiles = (options: FollowOptions, cursors: Cursors): Source => {
  const { paths, sourceOf, from, follow, now, log, zoneMinutes, timeOf } = options
  const { steady = () => performance.now(), pollMs = 500, scanMs = 5_000, quietMs = 2_000 } = options
  const { lingerMs = 30_000, restMs = 20_000, mostOpen } = options

  return {
    async run(emit: Emit, signal: AbortSignal) {
      const open = new Map<string, FollowedFile>()
      const handles = createFileHandles(mostOpen)
      /** The files that have been silent for long, by key. */
      const resting = new Set<string>()
      /** Since when the files without a name that is followed have had none, by key. */
      const unnamedAt = new Map<string, number>()
      /** The positions of files that are gone, newest last. */
      const former: Position[] = []
      const named = new Set<string>()
      /** The paths of files that are no text, by key. */
      const foreign = new Map<string, string>()
      const complained = new Set<string>()
      let scannedAt = Number.NEGATIVE_INFINITY
      let scanEvery = scanMs
      let lookedAt = Number.NEGATIVE_INFINITY

      const complain = (path: string, reason: string) => {
        if (complained.has(path + reason)) return
        complained.add(path + reason)
        log.warn({ file: path, reason }, 'A file cannot be followed.')
      }
      /** Opens a file. Returns its key, or undefined if it is not followed. */
      const begin = async (path: string, first: boolean, only?: 'open' | 'known'): Promise<string | undefined> => {
        try {
          const key = fileKey(await stat(path, { bigint: true }))
          const known = open.get(key)
          if (known) {
            known.path = path
            return key
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
          const content = await handles.open(() => open.get(key)?.path ?? path, key)
          // The next search finds the file that has taken its place.
          if (!content) return undefined
          const fileZone = timeOf && zoneMinutes === undefined ? await guessWrittenZone(path, timeOf) : undefined
          open.set(key, await followFile(content, path, key, at, { source, zoneMinutes, fileZone, now, steady }))
          return key
        } catch (error) {
          if (!isGone(error)) complain(path, fileReasonOf(error))
          return undefined
        }
      }
      const openPositions = () => [...open.values()].map(({ position }) => position)
      /**
       * Returns how far a new file was read before it was copied from its log, by copytruncate; `later` while the log is not truncated yet.
       */
      const copiedFrom = async (path: string, source: string): Promise<Position | 'all' | 'later' | undefined> => {
        if (logOf(path) === path || !(await exists(logOf(path)))) return undefined
        const content = await fileContent(path)
        try {
          if (await recognize(content, openPositions())) return 'later'
          return await recognize(content, [...(await readPositions(cursors, source)), ...former])
        } finally {
          await content.close()
        }
      }
      const archives = followArchives({
        sourceOf,
        from,
        cursors,
        complain,
        naming: { zoneMinutes, now, steady },
        // Without following, there is no second look.
        settleMs: follow ? scanMs : 0,
        openPositions,
        former: () => former,
      })
      const scan = async (first: boolean) => {
        const started = steady()
        const { files, unreadable } = await findFiles(paths)
        for (const { path, reason } of unreadable) complain(path, reason)
        const plain = oldestFirst(files.filter((path) => !isArchiveName(path)))
        const packed = files.filter(isArchiveName)
        await archives.scan(plain, packed, first ? (await rotatedFrom(plain, isArchiveName)).flat() : [])
        // Files rotated while we were not running, or more than once since the last scan, come first.
        for (const older of await rotatedFrom(plain, (name) => !isArchiveName(name))) {
          let only: 'open' | 'known' | undefined = first ? 'known' : 'open'
          for (const path of older) if (await begin(path, false, only)) only = undefined
        }
        named.clear()
        for (const path of plain) {
          const key = await begin(path, first)
          if (key) named.add(key)
        }
        for (const key of open.keys()) {
          if (named.has(key)) unnamedAt.delete(key)
          else if (!unnamedAt.has(key)) unnamedAt.set(key, steady())
        }
        lookedAt = Number.NEGATIVE_INFINITY
        scannedAt = steady()
        scanEvery = Math.max(scanMs, (scannedAt - started) * scanShare)
      }
      const drop = async (file: FollowedFile) => {
        open.delete(file.key)
        resting.delete(file.key)
        unnamedAt.delete(file.key)
        await file.close()
      }
      const handOut = async (file: FollowedFile, portion: Portion): Promise<void> => {
        const [head] = portion.records
        if (!head) return
        await offer(emit, portion.records, { key: file.key, position: JSON.stringify(portion.position) }, signal)
      }

      try {
        await scan(true)
        while (!signal.aborted) {
          let busy = false
          const archived = await archives.read()
          if (archived) {
            busy = true
            const { source, key, records, position } = archived
            await offer(emit, records, { source, key, position }, signal)
          }
          // Finish the archives of a log before its current file.
          const busyLogs = new Set(archives.waiting().map(logOf))
          const looksAtAll = steady() - lookedAt >= scanMs
          if (looksAtAll) lookedAt = steady()
          for (const file of [...open.values()]) {
            if (signal.aborted) break
            if (resting.has(file.key) && !looksAtAll) continue
            resting.delete(file.key)
            const found = await file.foreign()
            if (found) {
              foreign.set(file.key, file.path)
              await drop(file)
              complain(file.path, whyNotFollowed(found))
              continue
            }
            // Finish a rotated file before its successor.
            if (busyLogs.has(logOf(file.path))) continue
            // Taken before: during a pause after the attempt to read, more may be written.
            const time = steady()
            const portion = await file.read()
            if (portion) {
              busy = true
              busyLogs.add(logOf(file.path))
              await handOut(file, portion)
              continue
            }
            const silence = time - file.readAt
            // A program that has it open may write to it for a while after it was renamed.
            const unnamed = time - (unnamedAt.get(file.key) ?? time)
            const gone = Math.min(unnamed, silence) >= lingerMs
            // Writers pause within a document, so wait longer there.
            if (file.waiting && (silence >= (file.within ? lingerMs : quietMs) || !follow)) {
              const last = await file.settle()
              if (last) await handOut(file, last)
            }
            if (gone) {
              former.push(...withFormer(file.position))
              former.splice(0, former.length - mostFormer)
              await drop(file)
            } else if (named.has(file.key) && silence >= restMs && !file.waiting) resting.add(file.key)
          }
          if (busy) continue
          if (!follow) return
          await pause(pollMs, signal)
          if (steady() - scannedAt >= scanEvery || (await anyRenamed(open.values(), named, resting))) await scan(false)
        }
      } finally {
        await archives.close()
        for (const file of open.values()) await file.close()
      }
    },
  }
}

const oldestFirst = (paths: readonly string[]): readonly string[] => toFileSets(paths, () => undefined).flat()

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * Returns the older parts of logs, which patterns seldom match (`x.log.1` beside `x.log`), by log, oldest first. A part with a position, and
 * all newer ones, were rotated while we were away. Older parts are history.
 */
const rotatedFrom = async (
  paths: readonly string[],
  isWanted: (name: string) => boolean,
): Promise<readonly (readonly string[])[]> => {
  const bases = new Set(paths.map(logOf))
  const known = new Set(paths)
  const found: string[] = []
  for (const folder of new Set(paths.map(dirname))) {
    const names = await readdir(folder).catch((): string[] => [])
    found.push(
      ...names
        .filter((name) => isWanted(name) && rotationOf(name).base !== name)
        .filter((name) => bases.has(join(folder, rotationOf(name).base)))
        .map((name) => join(folder, name))
        .filter((path) => !known.has(path)),
    )
  }
  return toFileSets(found, () => undefined)
}

/** Whether a name now leads to another file or to none, except those of resting files. */
const anyRenamed = async (
  files: Iterable<FollowedFile>,
  named: ReadonlySet<string>,
  resting: ReadonlySet<string>,
): Promise<boolean> => {
  for (const { path, key } of files) {
    if (!named.has(key) || resting.has(key)) continue
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (!found || fileKey(found) !== key) return true
  }
  return false
}
