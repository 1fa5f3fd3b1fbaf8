import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import { fileReasonOf } from '../../errors.ts'
import { rotationOf, toFileSets } from './file-set.ts'
import { findFiles } from './find-files.ts'
import { endOf, type FollowedFile, followFile, keyOf, type Portion, type Position, start } from './followed-file.ts'
import { offer, pause } from './offer.ts'
import type { Cursors, Emit, Source } from './source.ts'

const packed = /\.(gz|zst|zstd|bz2|xz|zip)$/i
/** More than this many handles would leave too few for connections. */
const maxOpen = 1_000

export interface FollowOptions {
  readonly paths: readonly string[]
  /** Names what a file's records come from; the same for the same file, always. */
  readonly sourceOf: (path: string) => string
  /** Where a file begins that was there, unread, before we were. */
  readonly from: 'start' | 'end'
  /** Whether to go on after everything was read. */
  readonly follow: boolean
  readonly zoneMinutes?: number | undefined
  readonly now: () => number
  /** Measures silence, in ms: goes on evenly, whatever is done to the clock of the machine. */
  readonly steady?: () => number
  readonly log: Log
  readonly pollMs?: number
  /** How often folders and patterns are looked through for new files. */
  readonly scanMs?: number
  /** After so much silence a last line without an end is taken as it is. */
  readonly quietMs?: number
  /** How long a file is still read that has lost its name. */
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
 * Follows files as they grow, by polling: a file is its device and inode, so one that is renamed is read to its end and the one that
 * takes its name from its beginning; one that is cut short, or has another beginning, is read anew. How far each was read is handed out
 * with its records, so that both are kept or neither. Bytes written between the copy and the cut of a copytruncate rotation are beyond anybody.
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
        log.warn({ file: path, reason }, 'a file cannot be followed')
      }
      /** Opens a file that is not open yet; returns its key, or undefined when it is not followed. */
      const begin = async (path: string, first: boolean, onlyKnown: boolean): Promise<string | undefined> => {
        try {
          const key = keyOf(await stat(path, { bigint: true }))
          const known = open.get(key)
          if (known) {
            known.path = path
            return key
          }
          if (open.size >= maxOpen) {
            complain(path, `More than ${maxOpen} files are followed already.`)
            return undefined
          }
          const source = sourceOf(path)
          const left = await readPosition(cursors, source, key)
          if (onlyKnown && !left) return undefined
          const at = left ?? (first && from === 'end' ? await endOf(path) : start)
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
        // what was rotated away while we were not there comes first
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
            // what was rotated away is read to its end before what came after it
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
            // Whoever writes a document pauses within it.
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

/** The log that a file is a part of. */
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
 * The unpacked older parts of logs, which patterns seldom name (`x.log.1` beside `x.log`), log by log, oldest first. Those with a
 * position, and all that are newer, were rotated away under our eyes or while we were away; what is older is history.
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

/** Whether a name leads to another file than the one that is open, or to none. */
const anyRenamed = async (files: Iterable<FollowedFile>, named: ReadonlySet<string>): Promise<boolean> => {
  for (const { path, key } of files) {
    if (!named.has(key)) continue
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (!found || keyOf(found) !== key) return true
  }
  return false
}
