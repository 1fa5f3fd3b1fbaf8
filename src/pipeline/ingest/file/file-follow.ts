import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../../../component.ts'
import { fileReasonOf } from '../../../errors.ts'
import { pause } from '../../../lib/deadline/deadline.ts'
import { offer } from '../offer.ts'
import type { Cursors, Emit, Source } from '../source.ts'
import { rotationOf, toFileSets } from './file-set.ts'
import { findFiles } from './find-files.ts'
import {
  endOf,
  type FollowedFile,
  fileKey,
  followFile,
  type Portion,
  type Position,
  startPosition,
} from './followed-file.ts'

const packed = /\.(gz|zst|zstd|bz2|xz|lz4|zip|tar|tgz|tbz2|txz)$/i
/** More open files would leave too few handles for connections. */
const maxOpen = 1_000

export interface FollowOptions {
  readonly paths: readonly string[]
  /** Returns the source of a file. Always the same for the same file. */
  readonly sourceOf: (path: string) => string
  /** Where to start in files that existed before the first run. */
  readonly from: 'start' | 'end'
  /** Whether to wait for more after everything was read. */
  readonly follow: boolean
  readonly zoneMinutes?: number | undefined
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
}

const positionShape = z.object({
  offset: z.int().min(0),
  line: z.int().min(0),
  fingerprint: z.string(),
  fingerprintBytes: z.int().min(0),
  given: z.int().min(0).optional(),
})

/**
 * Follows files as they grow, by polling. A file is identified by device and inode: a renamed file is read to its end, and its successor
 * from the beginning. A truncated or rewritten file is read again. Each position is stored together with its records. Bytes written between
 * the copy and the truncation of a copytruncate rotation are lost.
 */
export const followFiles = (options: FollowOptions, cursors: Cursors): Source => {
  const { paths, sourceOf, from, follow, now, log, zoneMinutes } = options
  const { steady = () => performance.now(), pollMs = 500, scanMs = 5_000, quietMs = 2_000, lingerMs = 30_000 } = options

  return {
    async run(emit: Emit, signal: AbortSignal) {
      const open = new Map<string, FollowedFile>()
      const named = new Set<string>()
      const complained = new Set<string>()
      let scannedAt = Number.NEGATIVE_INFINITY

      const complain = (path: string, reason: string) => {
        if (complained.has(path + reason)) return
        complained.add(path + reason)
        log.warn({ file: path, reason }, 'A file cannot be followed.')
      }
      /** Opens a file. Returns its key, or undefined if it is not followed. */
      const begin = async (path: string, first: boolean, onlyKnown: boolean): Promise<string | undefined> => {
        try {
          const key = fileKey(await stat(path, { bigint: true }))
          const known = open.get(key)
          if (known) {
            known.path = path
            return key
          }
          if (open.size >= maxOpen) {
            complain(path, `The limit of ${maxOpen} followed files is reached.`)
            return undefined
          }
          const source = sourceOf(path)
          const left = await readPosition(cursors, source, key)
          if (onlyKnown && !left) return undefined
          const at = left ?? (first && from === 'end' ? await endOf(path) : startPosition)
          open.set(key, await followFile(path, key, at, { source, zoneMinutes, now, steady }))
          return key
        } catch (error) {
          complain(path, fileReasonOf(error))
          return undefined
        }
      }
      const scan = async (first: boolean) => {
        const { files, unreadable } = await findFiles(paths)
        for (const { path, reason } of unreadable) complain(path, reason)
        const plain = oldestFirst(files.filter((path) => !packed.test(path)))
        // Files rotated while we were not running come first.
        if (first) {
          for (const older of await rotatedFrom(plain)) {
            let known = false
            for (const path of older) known = (await begin(path, false, !known)) !== undefined || known
          }
        }
        named.clear()
        for (const path of plain) {
          const key = await begin(path, first, false)
          if (key) named.add(key)
        }
        scannedAt = steady()
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
          const busyLogs = new Set<string>()
          for (const file of [...open.values()]) {
            if (signal.aborted) break
            // Finish a rotated file before its successor.
            if (busyLogs.has(logOf(file.path))) continue
            const portion = await file.read()
            if (portion) {
              busy = true
              busyLogs.add(logOf(file.path))
              await handOut(file, portion)
              continue
            }
            const silence = steady() - file.readAt
            const gone = !named.has(file.key) && silence >= lingerMs
            // Writers pause within a document, so wait longer there.
            if (file.waiting && (silence >= (file.within ? lingerMs : quietMs) || !follow)) {
              const last = await file.settle()
              if (last) await handOut(file, last)
            }
            if (gone) {
              open.delete(file.key)
              await file.close()
            }
          }
          if (busy) continue
          if (!follow) return
          await pause(pollMs, signal)
          if (steady() - scannedAt >= scanMs || (await anyRenamed(open.values(), named))) await scan(false)
        }
      } finally {
        for (const file of open.values()) await file.close()
      }
    },
  }
}

/** Returns the path of the log that a file belongs to. */
const logOf = (path: string): string => join(dirname(path), rotationOf(basename(path)).base)

const oldestFirst = (paths: readonly string[]): readonly string[] =>
  toFileSets(paths, () => undefined).flatMap((set) => set.paths)

const readPosition = async (cursors: Cursors, source: string, key: string): Promise<Position | undefined> => {
  const text = await cursors.read(source, key)
  if (text === undefined) return undefined
  const parsed = positionShape.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : undefined
}

/**
 * Returns the uncompressed older parts of logs, which patterns seldom match (`x.log.1` beside `x.log`), by log, oldest first. A part with a
 * position, and all newer ones, were rotated while we were away. Older parts are history.
 */
const rotatedFrom = async (paths: readonly string[]): Promise<readonly (readonly string[])[]> => {
  const bases = new Set(paths.map(logOf))
  const found: string[] = []
  for (const folder of new Set(paths.map(dirname))) {
    const names = await readdir(folder).catch((): string[] => [])
    found.push(
      ...names
        .filter((name) => !packed.test(name) && rotationOf(name).base !== name)
        .filter((name) => bases.has(join(folder, rotationOf(name).base)))
        .map((name) => join(folder, name))
        .filter((path) => !paths.includes(path)),
    )
  }
  return toFileSets(found, () => undefined).map((set) => set.paths)
}

/** Whether a name now leads to another file or to none. */
const anyRenamed = async (files: Iterable<FollowedFile>, named: ReadonlySet<string>): Promise<boolean> => {
  for (const { path, key } of files) {
    if (!named.has(key)) continue
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (!found || fileKey(found) !== key) return true
  }
  return false
}
