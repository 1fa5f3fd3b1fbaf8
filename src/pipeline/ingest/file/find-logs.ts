import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../../errors.ts'
import { foreignContent, loginRecordsFile, whyNotFollowed, whyNotRead } from '../foreign-content.ts'
import { splitLines } from '../lines.ts'
import { archiveReader, openUnpacking, type Unpacking } from './archive.ts'
import { journalName } from './binary-logs.ts'
import { compressionOf, decompress, expansionLimits } from './decompress.ts'
import { toFileSets } from './file-set.ts'
import { findFiles } from './find-files.ts'
import { asText, decompressHead, readHead } from './head.ts'
import { areLoginRecords, findSameLogins, hasLoginMessages, type LoginContent } from './login-logs.ts'
import { hostsIn, hostsOfFolders, type LogHosts, namesHosts, noHosts } from './places/folder-hosts.ts'
import { nameSources } from './places/source-names.ts'
import { isNamedAfterFile, sourceOfFile } from './places/source-of-file.ts'
import type { OpenLog, OpenOptions } from './read-log.ts'
import { type ReadReport, unreadableReasonOf } from './read-report.ts'

const headBytes = 65_536

/** The logs found, some of them unpacked. */
interface FoundLogs {
  readonly logs: readonly OpenLog[]
  /** Removes what was unpacked. */
  close(): Promise<void>
}

/** How deep archives may be within archives. */
const deepestArchive = 3

/** Finds the logs of paths, folders, patterns and `-`. Pipes come last, because their start time is unknown. */
export const findLogs = async (
  paths: readonly string[],
  options: OpenOptions,
  report: ReadReport,
): Promise<FoundLogs> => {
  const { files, pipes, unreadable } = await findFiles(paths.filter((path) => path !== '-'))
  report.unreadable.push(...unreadable)
  const heads = new Map<string, Head>()
  const names = new Map<string, string>()
  /** Where unpacked files would be if their archives were folders. */
  const places = new Map<string, string>()
  const unpacking = openUnpacking()
  const nameOf = (path: string) => names.get(path) ?? path
  const named = new Set(paths)
  const placeOf = (path: string) => places.get(path) ?? path
  const look = async (path: string, depth: number): Promise<void> => {
    const head = await readFileHead(path, { ...options, nameOf, named, report })
    if (head?.archive && depth < deepestArchive) {
      for await (const inner of unpackFile(path, head, unpacking, { ...options, nameOf, named, report })) {
        names.set(inner.path, `${nameOf(path)}:${inner.name}`)
        places.set(inner.path, `${placeOf(path)}/${inner.name}`)
        await look(inner.path, depth + 1)
      }
    } else if (head?.archive) report.skipped.push({ path: nameOf(path), reason: tooDeep })
    else if (head) heads.set(path, head)
  }
  for (const path of files) await look(path, 0)
  const ends = leaveOutRepeated(heads, nameOf, report)
  const untilOf = (path: string) => ends.get(path)
  const sets = toFileSets([...heads.keys()], (path) => heads.get(path)?.time)
  const folders = new Map<string, number>()
  for (const [first = ''] of sets)
    if (heads.get(first)?.isRecords) folders.set(dirname(first), (folders.get(dirname(first)) ?? 0) + 1)
  const streams = [...pipes, ...(paths.includes('-') ? ['-'] : [])]
  const found = sets.map((paths) => {
    const [first = ''] = paths
    const place = placeOf(first)
    const records = heads.get(first)?.isRecords ? dirname(first) : undefined
    const isOneOfMany = records !== undefined && (folders.get(records) ?? 0) > 1
    return {
      ...{ paths, place, records },
      plain: isOneOfMany ? nameOfRecords : sourceOfFile(place, 'file'),
      isNamedAfterFile: isOneOfMany || isNamedAfterFile(place),
      // The newest file says whose log it is now.
      hosts: heads.get(paths.at(-1) ?? '')?.hosts ?? noHosts,
    }
  })
  const hostOf = hostsOfFolders(found.map(({ place, hosts }) => ({ ...hosts, path: place })))
  const sources = nameSources(
    found.map(({ place, plain, isNamedAfterFile, hosts }) => ({
      ...{ path: place, plain, hostFolder: hostOf(place)?.folder },
      isDistinct: !isNamedAfterFile || namesHosts(hosts),
    })),
  )
  return {
    logs: [
      ...found.map(({ paths, place, plain, records }, index) => {
        const time = heads.get(paths[0] ?? '')?.time
        const name = sources[index] ?? plain
        return { name, host: hostOf(place)?.host, paths, nameOf, placeOf, untilOf, records, time }
      }),
      ...streams.map((path) => ({ name: 'stdin', nameOf, placeOf, paths: [path], time: Number.POSITIVE_INFINITY })),
    ],
    close: unpacking.remove,
  }
}

/** Removes login records that another log has as messages, or returns from when on it has them. */
const leaveOutRepeated = (
  heads: Map<string, Head>,
  nameOf: (path: string) => string,
  report: ReadReport,
): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>()
  for (const [path, { isRecords, time = Number.NEGATIVE_INFINITY, size }] of heads) {
    const same = isRecords ? findSameLogins(path, heads) : undefined
    if (!same) continue
    const isAll = same.from <= time
    const since = isAll ? '' : ` since ${new Date(same.from).toISOString().slice(0, 10)}`
    report.leftOut.push({ path: nameOf(path), reason: `Left out: ${nameOf(same.path)} has the same logins${since}.` })
    if (isAll) {
      heads.delete(path)
      report.totalBytes -= size
    } else ends.set(path, same.from)
  }
  return ends
}

/** The source of login records of several files. */
const nameOfRecords = 'login-records'
const tooDeep = 'It is an archive in an archive in an archive. Unpack the outer one first.'

interface Head extends LoginContent {
  readonly size: number
  readonly hosts: LogHosts
  /** Reads the entries, if the file is an archive. */
  readonly archive: ReturnType<typeof archiveReader>
}

interface HeadOptions extends OpenOptions {
  readonly report: ReadReport
  /** The paths that the user gave. */
  readonly named: ReadonlySet<string>
  nameOf(path: string): string
}

/** Checks the beginning of a file: whether it is text, and its first time. Returns undefined if there is nothing to read. */
const readFileHead = async (
  path: string,
  { timeOf, resumes, nameOf, named, report }: HeadOptions,
): Promise<Head | undefined> => {
  try {
    const { size } = await stat(path)
    if (size === 0) return undefined
    const raw = await readHead(path)
    const compression = compressionOf(raw)
    const decompressed = compression ? await decompressHead(path) : raw
    const archive = archiveReader(decompressed)
    const none = { archive: undefined, time: undefined, isRecords: false, hasMessages: false, size, hosts: noHosts }
    if (archive) return { ...none, archive }
    const text = asText(decompressed)
    const start = text.toString('latin1')
    const isRecords = areLoginRecords(start)
    const foreign = foreignContent(text)
    const reason = isRecords && resumes ? whyNotFollowed(loginRecordsFile) : foreign && whyNotRead(foreign)
    if (reason !== undefined) {
      const { name, isNoLog } = foreign ?? {}
      if (isNoLog && !named.has(path)) report.leftOut.push({ path: nameOf(path), reason: `Left out: it is ${name}.` })
      else report.skipped.push({ path: nameOf(path), reason })
      return undefined
    }
    report.totalBytes += size
    // The journal has all messages about logins. It may begin with more of the kernel than is read here.
    const hasMessages = compression?.name === journalName || hasLoginMessages(start)
    return { ...none, time: firstTime(text, timeOf), isRecords, hasMessages, hosts: hostsIn(text.toString('utf8')) }
  } catch (error) {
    const list = error instanceof AppError ? report.skipped : report.unreadable
    list.push({ path: nameOf(path), reason: unreadableReasonOf(error) })
    return undefined
  }
}

/** Unpacks an archive. Reports one that cannot be read to its end. */
async function* unpackFile(
  path: string,
  { archive }: Head,
  unpacking: Unpacking,
  { limits = expansionLimits, nameOf, report }: HeadOptions,
) {
  if (!archive) return
  const stream = createReadStream(path, { highWaterMark: headBytes })
  try {
    yield* unpacking.unpack(decompress(stream, limits), archive, limits)
  } catch (error) {
    report.unreadable.push({ path: nameOf(path), reason: unreadableReasonOf(error) })
  } finally {
    stream.destroy()
  }
}

const firstTime = (head: Buffer, timeOf: OpenOptions['timeOf']): number | undefined => {
  for (const line of splitLines().push(head).slice(0, 50)) {
    const time = timeOf(line.text)
    if (time !== undefined) return time
  }
  return undefined
}
