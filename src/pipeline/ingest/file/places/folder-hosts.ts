import { basename, dirname } from 'node:path'
import { isIPv4, isIPv6, parseAddress } from '../../../../lib/address/address.ts'
import { hostPattern } from '../../../../schema/record/host-pattern.ts'
import { namedHost } from '../../partition.ts'
import { rotationOf } from '../file-set.ts'
import { isDateFolder } from './source-names.ts'

/** The hosts that the lines of a log name. */
export interface LogHosts {
  /** Those in headers of syslog. They are the hosts that write them. */
  readonly headers: readonly string[]
  /** Those in JSON documents. A field called `host` may also be a web site or a container. */
  readonly documents: readonly string[]
}

/** A log, by the path of one of its files. */
export interface LogInFolder extends LogHosts {
  readonly path: string
}

/** A folder that has the logs of one host. */
export interface HostFolder {
  readonly folder: string
  /** The host, as its lines write it. */
  readonly host: string
}

const mostLines = 50
const nobody = /^(?:localhost|localhost\.localdomain|localhost[46]|unknown|null|none)$/i

/** Finds the hosts that the first lines of a log name, if most of the lines name one. */
export const hostsIn = (head: string): LogHosts => {
  const headers = new Set<string>()
  const documents = new Set<string>()
  const lines = head
    .split('\n', mostLines)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  let named = 0
  for (const line of lines) {
    const host = namedHost(line)
    if (!isHost(host)) continue
    named += 1
    const found = line.startsWith('{') ? documents : headers
    found.add(host)
  }
  return named * 2 < lines.length ? noHosts : { headers: [...headers], documents: [...documents] }
}

/** Whether the records of a log name the hosts that write them. */
export const namesHosts = ({ headers, documents }: LogHosts): boolean => headers.length + documents.length > 0

/** The hosts of a log that names none. */
export const noHosts: LogHosts = { headers: [], documents: [] }

const isHost = (text: string): boolean => hostPattern.test(text) && !nobody.test(text) && !isLoopback(text)

const isAddress = (text: string): boolean => isIPv4(text) || isIPv6(text)

const isLoopback = (text: string): boolean =>
  isAddress(text) && (text.startsWith('127.') || ['0.0.0.0', '::', '::1'].includes(text))

/** `web01` for `WEB01.example.org`; an address as it is. */
const shortOf = (host: string): string =>
  parseAddress(host) ? host.toLowerCase() : (host.toLowerCase().split('.', 1)[0] ?? '')

/** The spellings of hosts and how many logs use them, by short name. */
type Spellings = Map<string, Map<string, number>>

interface Folder {
  readonly headers: Spellings
  readonly documents: Spellings
  /** The names that its logs share with those of other hosts. */
  readonly names: Set<string>
  readonly children: Set<string>
}

/**
 * Returns a function that finds the host whose logs are in the folder of a path. A folder is that of a host if logs in it name the host that it
 * is named after, and none names another; if it is named after an address, and its logs name at most one host; or if it has a log like those of
 * two or more such folders beside it, and a name like one of a host. Without evidence, it is nobody's: a wrong host is worse than none.
 */
export const hostsOfFolders = (logs: readonly LogInFolder[]): ((path: string) => HostFolder | undefined) => {
  const folders = toFolders(logs)
  const families = new Map<string, Family>()
  const familyOf = (parent: string): Family => {
    const known = families.get(parent)
    if (known) return known
    const family = toFamily(folders, parent)
    families.set(parent, family)
    return family
  }
  const isLikeSiblings = (path: string, { names }: Folder): boolean => {
    if (!isLikeHost(basename(path))) return false
    const family = familyOf(dirname(path))
    return family.hosts > 1 && !family.hasOthers && [...names].some((name) => family.names.has(name))
  }
  /** Returns the host of a folder, `'none'` if it and all above have the logs of several, or undefined if those above decide. */
  const decide = (path: string): string | undefined => {
    const folder = folders.get(path)
    if (!folder) return undefined
    const { headers, documents } = folder
    const own = hostNamedAfter(basename(path), folder)
    if (own !== undefined) return own
    if (headers.size > 1) return none
    if (isAddress(basename(path)) && isHost(basename(path))) {
      const hosts = [...new Map([...documents, ...headers]).values()]
      return hosts.length > 1 ? none : mostUsed(hosts[0] ?? new Map([[basename(path), 1]]))
    }
    const isSilent = headers.size === 0 && documents.size === 0
    return isSilent && isLikeSiblings(path, folder) ? basename(path) : undefined
  }
  const found = new Map<string, HostFolder | undefined>()
  const find = (path: string): HostFolder | undefined => {
    if (found.has(path)) return found.get(path)
    const host = decide(path)
    const above = dirname(path)
    const result =
      host === none ? undefined : host !== undefined ? { folder: path, host } : above === path ? undefined : find(above)
    found.set(path, result)
    return result
  }
  return (path) => find(dirname(path))
}

const none = ''

/** Returns the host that a folder is named after, if its logs name this host and no other. */
const hostNamedAfter = (name: string, { headers, documents }: Folder): string | undefined => {
  const short = shortOf(name)
  const spellings = headers.size > 0 ? headers : documents
  const own = spellings.get(short)
  return own && spellings.size === 1 ? mostUsed(own) : undefined
}

const mostUsed = (spellings: ReadonlyMap<string, number>): string =>
  [...spellings].sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))[0]?.[0] ?? none

/** The folders in one folder: how many are those of hosts, and the names of their logs. */
interface Family {
  readonly hosts: number
  readonly hasOthers: boolean
  readonly names: ReadonlySet<string>
}

const toFamily = (folders: ReadonlyMap<string, Folder>, parent: string): Family => {
  const names = new Set<string>()
  let hosts = 0
  let hasOthers = false
  for (const path of folders.get(parent)?.children ?? []) {
    const folder = folders.get(path)
    if (!folder) continue
    if (hostNamedAfter(basename(path), folder) !== undefined) {
      hosts += 1
      for (const name of folder.names) names.add(name)
    } else if (folder.headers.size > 0) hasOthers = true
  }
  return { hosts, hasOthers, names }
}

/** Whether a name without any evidence may be one of a host: most other folders have no digit and no dot in their names. */
const isLikeHost = (name: string): boolean =>
  isHost(name) && /[\d.]/.test(name) && !/^\d+$/.test(name) && !isDateFolder(name)

const toFolders = (logs: readonly LogInFolder[]): ReadonlyMap<string, Folder> => {
  const folders = new Map<string, Folder>()
  const open = (path: string): Folder => {
    const known = folders.get(path)
    if (known) return known
    const folder = { headers: new Map(), documents: new Map(), names: new Set<string>(), children: new Set<string>() }
    folders.set(path, folder)
    return folder
  }
  for (const { path, headers, documents } of logs) {
    const name = rotationOf(basename(path)).base
    for (let at = dirname(path), below: string | undefined; ; below = at, at = dirname(at)) {
      const folder = open(at)
      folder.names.add(name)
      if (below !== undefined) folder.children.add(below)
      for (const host of headers) count(folder.headers, host)
      for (const host of documents) count(folder.documents, host)
      if (dirname(at) === at) break
    }
  }
  return folders
}

const count = (spellings: Spellings, host: string): void => {
  const short = shortOf(host)
  const own = spellings.get(short) ?? new Map<string, number>()
  spellings.set(short, own.set(host, (own.get(host) ?? 0) + 1))
}
