import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { type Position, recognize, startPosition, streamContent } from './content.ts'
import { fileKey } from './file-handles.ts'
import { findLogs } from './find-logs.ts'
import { followFile, type Naming, type Portion } from './followed-file.ts'
import { readLog } from './read-log.ts'
import { emptyReport, type ReadReport } from './read-report.ts'

/** A compressed file or an archive, as it was found. */
export interface ArchivedFile {
  readonly path: string
  readonly key: string
  /** Changes whenever the file is written. */
  readonly stamp: string
  /** When it was last written, in ms. Compressors set the time of the original when they are done. */
  readonly changedAt: number
  readonly size: number
}

/** A portion of a file in an archive, with the cursor under which its position is stored. */
export interface ArchivedPortion extends Portion {
  readonly source: string
  readonly key: string
}

interface Archives extends Omit<Naming, 'source'> {
  readonly sourceOf: (path: string) => string
  /** Reads a stored position. */
  readonly positionOf: (source: string, key: string) => Promise<Position | undefined>
  readonly complain: (path: string, reason: string) => void
}

/** Looks at an archive. Throws if it does not exist. */
export const findArchive = async (path: string): Promise<ArchivedFile> => {
  const found = await stat(path, { bigint: true })
  return {
    path,
    key: fileKey(found),
    stamp: `${found.size}:${found.mtimeNs}`,
    changedAt: Number(found.mtimeMs),
    size: Number(found.size),
  }
}

const completeShape = z.object({ complete: z.string() })

/** The position of an archive that was read to its end. */
export const completePosition = ({ stamp }: ArchivedFile): string => JSON.stringify({ complete: stamp })

/** Whether a stored position says that this archive was read to its end. */
export const isComplete = ({ stamp }: ArchivedFile, position: string | undefined): boolean =>
  position !== undefined && completeShape.safeParse(JSON.parse(position)).data?.complete === stamp

const asFollowed = { timeOf: () => undefined, resumes: true }

/** Whether a file of an archive was followed before it was compressed: `past` are the positions of the files that were. */
export const isRecognized = async (archive: ArchivedFile, past: readonly Position[]): Promise<boolean> => {
  for await (const { read } of filesIn(archive, emptyReport())) {
    for await (const known of read((bytes) => recognized(bytes, past))) if (known) return true
  }
  return false
}

/**
 * Reads the files of an archive once: of those that were followed before they were compressed, only what is new. Continues after a restart.
 * Reports what cannot be read.
 */
export async function* readFollowedArchive(
  archive: ArchivedFile,
  past: readonly Position[],
  { sourceOf, positionOf, complain, ...naming }: Archives,
): AsyncGenerator<ArchivedPortion, { readonly isWhole: boolean }> {
  const report = emptyReport()
  let index = 0
  for await (const { name, place, host, read } of filesIn(archive, report)) {
    const source = sourceOf(place)
    const hostOf = () => host ?? naming.hostOf?.(place)
    const key = `${archive.key}/${index++}`
    let left: Position | 'all' | undefined = await positionOf(source, key)
    if (!left) for await (const known of read((bytes) => recognized(bytes, past))) left = known
    if (left === 'all') continue
    const from = left ?? startPosition
    yield* read((bytes) => portionsOf(bytes, { ...naming, hostOf, source, key, from, path: name }))
  }
  for (const { path, reason } of [...report.unreadable, ...report.skipped]) complain(path, reason)
  return { isWhole: report.unreadable.length === 0 }
}

interface FileInArchive {
  /** Its path for people, and as if its archive were a folder. */
  readonly name: string
  readonly place: string
  /** The host of its folder within the archive. */
  readonly host: string | undefined
  read<Item>(use: (bytes: AsyncIterable<Buffer>) => AsyncIterable<Item>): AsyncIterable<Item>
}

async function* filesIn({ path }: ArchivedFile, report: ReadReport): AsyncGenerator<FileInArchive> {
  const { logs, close } = await findLogs([path], asFollowed, report)
  try {
    for (const log of logs) {
      for (const inner of log.paths) {
        yield {
          name: log.nameOf(inner),
          place: log.placeOf(inner),
          host: log.host,
          read: (use) => readLog({ ...log, paths: [inner] }, asFollowed, report, use),
        }
      }
    }
  } finally {
    await close()
  }
}

async function* recognized(bytes: AsyncIterable<Buffer>, past: readonly Position[]) {
  const content = streamContent(bytes)
  try {
    yield await recognize(content, past)
  } finally {
    await content.close()
  }
}

interface Reading extends Naming {
  readonly key: string
  readonly path: string
  readonly from: Position
}

async function* portionsOf(bytes: AsyncIterable<Buffer>, reading: Reading): AsyncGenerator<ArchivedPortion> {
  const { source, key, path, from } = reading
  const file = await followFile(streamContent(bytes), path, key, from, reading)
  try {
    for (let portion = await file.read(); portion; portion = await file.read()) yield { ...portion, source, key }
    const last = await file.settle()
    if (last) yield { ...last, source, key }
  } finally {
    await file.close()
  }
}

/** Whether a name is that of a compressed file, an archive or a Windows event log, which are read as a whole whenever they changed. */
export const isArchiveName = (path: string): boolean =>
  /\.(?:gz|zst|zstd|bz2|xz|lz4|zip|tar|tgz|tbz2|txz|evtx)$/i.test(basename(path))
