import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../../../component.ts'
import { pause } from '../../../lib/deadline/deadline.ts'
import { offer } from '../offer.ts'
import type { Cursors, Emit, Source } from '../source.ts'
import { isArchiveName } from './archived-files.ts'
import { fileKey } from './file-handles.ts'
import { logOf, rotationOf, toFileSets } from './file-set.ts'
import { findFiles } from './find-files.ts'
import { followArchives } from './follow-archives.ts'
import type { FollowedFile, Portion } from './followed-file.ts'
import { createOpenFiles, type OpenFile, type OpenFiles } from './open-files.ts'
import type { TimeInZone } from './written-zone.ts'

/** A search of many files takes at most one part in so many of the time. */
const scanShare = 20

export interface FollowOptions {
  readonly paths: readonly string[]
  /** Looks at the files that were found, before they are opened. */
  readonly learn?: (paths: readonly string[]) => Promise<void>
  /** Returns the source of a file. Always the same for the same file. */
  readonly sourceOf: (path: string) => string
  /** Returns the host of a file's records that name none. */
  readonly hostOf?: (path: string) => string | undefined
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
  const { follow, now, log, pollMs = 500, scanMs = 5_000, steady = () => performance.now() } = options
  const { sourceOf, hostOf, from, zoneMinutes, timeOf, mostOpen } = options

  return {
    async run(emit: Emit, signal: AbortSignal) {
      const complain = complainOnce(log)
      const naming = { zoneMinutes, hostOf, now, steady }
      const files = createOpenFiles({ ...naming, sourceOf, from, cursors, timeOf, mostOpen, complain })
      const archives = followArchives({
        ...{ sourceOf, from, cursors, complain, naming },
        // Without following, there is no second look.
        settleMs: follow ? scanMs : 0,
        openPositions: files.positions,
        former: files.former,
      })
      const following = { ...options, scanMs, steady, files, archives, complain }
      const search = createSearch(following)
      const turns = createTurns(following, emit, signal)
      try {
        await search.run()
        while (!signal.aborted) {
          if (await turns.readAll()) continue
          if (!follow) return
          await pause(pollMs, signal)
          if (!search.isDue() && !(await anyRenamed(files.all()))) continue
          await search.run()
          turns.lookAtAll()
        }
      } finally {
        await archives.close()
        await files.close()
      }
    },
  }
}

/** Says once for each file and reason why it is not followed. */
const complainOnce = (log: Log) => {
  const complained = new Set<string>()
  return (path: string, reason: string): void => {
    if (complained.has(path + reason)) return
    complained.add(path + reason)
    log.warn({ file: path, reason }, 'A file cannot be followed.')
  }
}

interface Following extends FollowOptions {
  readonly scanMs: number
  readonly steady: () => number
  readonly files: OpenFiles
  readonly archives: ReturnType<typeof followArchives>
  readonly complain: (path: string, reason: string) => void
}

/** Searches folders and patterns for files, and opens what is new. */
const createSearch = ({ paths, learn, scanMs, steady, files, archives, complain }: Following) => {
  let isFirst = true
  let ended = Number.NEGATIVE_INFINITY
  let every = scanMs
  return {
    isDue: () => steady() - ended >= every,
    async run(): Promise<void> {
      const first = isFirst
      isFirst = false
      const started = steady()
      const { files: found, unreadable } = await findFiles(paths)
      for (const { path, reason } of unreadable) complain(path, reason)
      await learn?.(found)
      const plain = oldestFirst(found.filter((path) => !isArchiveName(path)))
      const packed = found.filter(isArchiveName)
      await archives.scan(plain, packed, first ? (await rotatedFrom(plain, isArchiveName)).flat() : [])
      // Files rotated while we were not running, or more than once since the last search, come first.
      for (const older of await rotatedFrom(plain, (name) => !isArchiveName(name))) {
        let only: 'open' | 'known' | undefined = first ? 'known' : 'open'
        for (const path of older) if (await files.begin(path, false, only)) only = undefined
      }
      const named = new Set<OpenFile | undefined>()
      for (const path of plain) named.add(await files.begin(path, first))
      ended = steady()
      for (const one of files.all()) one.unnamedAt = named.has(one) ? undefined : (one.unnamedAt ?? ended)
      every = Math.max(scanMs, (ended - started) * scanShare)
    },
  }
}

/** Reads from the archives and files in turn. */
const createTurns = (following: Following, emit: Emit, signal: AbortSignal) => {
  const { scanMs, steady, follow, files, archives } = following
  const { quietMs = 2_000, lingerMs = 30_000, restMs = 20_000 } = following
  let lookedAt = Number.NEGATIVE_INFINITY

  const handOut = async ({ key }: FollowedFile, { records, position }: Portion): Promise<void> => {
    if (records.length > 0) await offer(emit, records, { key, position: JSON.stringify(position) }, signal)
  }
  /** Reads the next portion of a file. Returns false if there is nothing new; then ends what has been silent for long enough. */
  const read = async (one: OpenFile): Promise<boolean> => {
    const { file } = one
    // Taken before: during a pause after the attempt to read, more may be written.
    const time = steady()
    const portion = await file.read()
    if (portion) {
      await handOut(file, portion)
      return true
    }
    const silence = time - file.readAt
    // Writers pause within a document, so wait longer there.
    if (file.waiting && (silence >= (file.within ? lingerMs : quietMs) || !follow)) {
      const last = await file.settle()
      if (last) await handOut(file, last)
    }
    // A program that has it open may write to it for a while after it was renamed.
    const unnamed = time - (one.unnamedAt ?? time)
    if (Math.min(unnamed, silence) >= lingerMs) await files.retire(one)
    else one.isResting = one.unnamedAt === undefined && silence >= restMs && !file.waiting
    return false
  }
  return {
    /** Lets the next turn look at the files that rest, too. */
    lookAtAll: () => {
      lookedAt = Number.NEGATIVE_INFINITY
    },
    /** Reads a portion of each. Returns whether anything was new. */
    async readAll(): Promise<boolean> {
      const archived = await archives.read()
      if (archived) {
        const { source, key, records, position } = archived
        await offer(emit, records, { source, key, position }, signal)
      }
      let isBusy = archived !== undefined
      // Finish the archives of a log before its current file.
      const busyLogs = new Set(archives.waiting().map(logOf))
      const looksAtAll = steady() - lookedAt >= scanMs
      if (looksAtAll) lookedAt = steady()
      for (const one of files.all()) {
        if (signal.aborted) break
        if (one.isResting && !looksAtAll) continue
        one.isResting = false
        const foreign = await one.file.foreign()
        if (foreign) await files.leaveOut(one, foreign)
        // Finish a rotated file before its successor.
        else if (!busyLogs.has(logOf(one.file.path)) && (await read(one))) {
          isBusy = true
          busyLogs.add(logOf(one.file.path))
        }
      }
      return isBusy
    },
  }
}

const oldestFirst = (paths: readonly string[]): readonly string[] => toFileSets(paths, () => undefined).flat()

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
const anyRenamed = async (files: readonly OpenFile[]): Promise<boolean> => {
  for (const { file, unnamedAt, isResting } of files) {
    if (unnamedAt !== undefined || isResting) continue
    const found = await stat(file.path, { bigint: true }).catch(() => undefined)
    if (!found || fileKey(found) !== file.key) return true
  }
  return false
}
