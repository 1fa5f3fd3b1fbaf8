import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Cursors } from '../../source.ts'
import { fileKey } from '../file-handles.ts'
import { logOf, toFileSets } from '../file-set.ts'
import { readTextHead } from '../head.ts'
import { type HostFolder, hostsIn, hostsOfFolders, type LogHosts, namesHosts, noHosts } from './folder-hosts.ts'
import { type LogToName, nameSources, possibleNames } from './source-names.ts'
import { isNamedAfterFile, sourceOfFile } from './source-of-file.ts'

/** How many bytes of a log to look at. */
const headBytes = 8_192
/** How many logs to look at together. */
const together = 32
/** A compressed log or one that is still empty says nothing of its host; then its older files do. */
const mostFiles = 3

interface KnownLog {
  /** Its files, newest first. */
  readonly files: readonly string[]
  /** The hosts of its first lines; undefined while it is empty. */
  readonly hosts: LogHosts | undefined
  readonly source: string | undefined
  /** The name of its source, if no other log has it. */
  readonly plain: string
  readonly isNamedAfterFile: boolean
}

/** The sources and hosts of followed logs, by their folders. */
export interface LogPlaces {
  /** Looks at new logs. */
  learn(paths: readonly string[]): Promise<void>
  /** Returns the source of a log; always the same. */
  sourceOf(path: string): string
  /** Returns the host whose logs are in the folder of a path, as far as it is known now. */
  hostOf(path: string): string | undefined
}

/**
 * Creates the memory of the folders of followed logs. A log that was read before keeps the name of its source, even if another log has it by now:
 * all that was learnt of it is known by that name.
 */
export const createLogPlaces = (cursors: Cursors, fallback: string): LogPlaces => {
  const logs = new Map<string, KnownLog>()
  let folderOf: (path: string) => HostFolder | undefined = () => undefined

  const look = async (log: string, files: readonly string[]): Promise<boolean> => {
    const known = logs.get(log)
    if (known?.hosts) return false
    const hosts = await readHosts(files)
    const path = files[0] ?? log
    const naming = known ?? {
      plain: sourceOfFile(path, fallback),
      isNamedAfterFile: isNamedAfterFile(path),
      source: undefined,
    }
    logs.set(log, { ...naming, files, hosts })
    return !known || hosts !== undefined
  }
  const toName = async (path: string, known: KnownLog, filesBeside: FilesBeside): Promise<LogToName> => {
    const { plain, hosts, source, isNamedAfterFile } = known
    const isDistinct = !isNamedAfterFile || namesHosts(hosts ?? noHosts)
    const log = { path, plain, hostFolder: folderOf(path)?.folder, isDistinct }
    if (source !== undefined || isDistinct) return { ...log, kept: source }
    const files = [...known.files, ...(await filesBeside(path))]
    return { ...log, kept: await nameInCursors(cursors, possibleNames(log), files) }
  }
  return {
    async learn(paths) {
      let isNews = false
      const sets = toFileSets(paths, () => undefined)
      for (let at = 0; at < sets.length; at += together) {
        const changes = await Promise.all(
          sets.slice(at, at + together).map((set) => look(logOf(set[0] ?? ''), set.toReversed())),
        )
        isNews ||= changes.includes(true)
      }
      if (!isNews) return
      folderOf = hostsOfFolders([...logs].map(([path, { hosts = noHosts }]) => ({ ...hosts, path })))
      const unnamed: LogToName[] = []
      const filesBeside = listLogs()
      for (const [log, known] of logs) unnamed.push(await toName(log, known, filesBeside))
      const names = nameSources(unnamed)
      for (const [index, [log, known]] of [...logs].entries()) logs.set(log, { ...known, source: names[index] })
    },
    sourceOf: (path) => logs.get(logOf(path))?.source ?? sourceOfFile(path, fallback),
    hostOf: (path) => folderOf(path)?.host,
  }
}

/** Reads the hosts that a log names; undefined if its files are empty or cannot be read. */
const readHosts = async (files: readonly string[]): Promise<LogHosts | undefined> => {
  for (const path of files.slice(0, mostFiles)) {
    const head = await readTextHead(path, headBytes).catch(() => '')
    if (head !== '') return hostsIn(head)
  }
  return undefined
}

type FilesBeside = (log: string) => Promise<readonly string[]>

/** Returns a function that finds the files of a log, also those that no pattern matches. Lists each folder once. */
const listLogs = (): FilesBeside => {
  const folders = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>()
  const list = async (folder: string) => {
    const names = await readdir(folder).catch((): string[] => [])
    return Map.groupBy(
      names.map((name) => join(folder, name)),
      logOf,
    )
  }
  return async (log) => {
    const folder = dirname(log)
    const files = folders.get(folder) ?? list(folder)
    folders.set(folder, files)
    return (await files).get(log) ?? []
  }
}

/** Finds the name under which the position of one of the files of a log is stored. */
const nameInCursors = async (
  cursors: Cursors,
  names: readonly string[],
  files: readonly string[],
): Promise<string | undefined> => {
  for (const path of new Set(files)) {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (!found) continue
    for (const name of names) if ((await cursors.read(name, fileKey(found))) !== undefined) return name
  }
  return undefined
}
