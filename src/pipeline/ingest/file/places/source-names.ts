import { dirname } from 'node:path'
import { toSourceName } from '../../../../schema/record/source-name.ts'

/** A log that may have the name of another one. */
export interface LogToName {
  /** The path of one of its files. */
  readonly path: string
  /** The name of its source, if no other log has it. */
  readonly plain: string
  /** The folder that has all logs of its host, if it is known. */
  readonly hostFolder: string | undefined
  /** Whether it needs no other name: its records name their hosts, or it is named after more than its file. */
  readonly isDistinct: boolean
  /** The name of its source, if it was read before. */
  readonly kept?: string | undefined
}

/** A day, a month or a year: `2026-11-26`, `202611`, `2026`, `date=2026-11-26`. */
const date = /^(?:(?:19|20)\d\d(?:[-_.]?\d\d){0,3}|(?:date|dt|year|month|day|hour)=.*)$/
/** A day or a month in a folder of a year: `2026/11/26`, `2026/Nov`. */
const partOfDate = /^(?:\d\d?|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)$/i
/** A folder that every log may be in. */
const common = /^(?:var|logs?|archived?|archives|old|rotated|backups?|history|private|current)$/i
/** The ID of a machine, a container or a pod. */
const id = /^[\da-f]{32,64}$|^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

export const isDateFolder = (name: string): boolean => date.test(name)

/** Returns the folders that say which program or site a log is of: neither its host, nor days, nor IDs. */
const kindOf = (path: string, hostFolder: string | undefined): readonly string[] => {
  const folder = dirname(path)
  const below = hostFolder === undefined ? folder : folder.slice(hostFolder.length)
  const kind: string[] = []
  let isInDate = false
  for (const name of below.split(/[/\\]/)) {
    if (name === '' || name === '.' || common.test(name) || id.test(name)) continue
    isInDate = isDateFolder(name) || (isInDate && partOfDate.test(name))
    if (!isInDate) kind.push(name)
  }
  return kind
}

const longestName = 64
const mostFolders = 3

/** Returns the names that a source may have, shortest first: of its log, and with one or more of its folders. */
export const possibleNames = ({
  path,
  plain,
  hostFolder,
}: Pick<LogToName, 'path' | 'plain' | 'hostFolder'>): readonly string[] => {
  const kind = kindOf(path, hostFolder)
  const names = [plain]
  for (let folders = 1; folders <= Math.min(mostFolders, kind.length); folders += 1) {
    const name = [...kind.slice(-folders), plain].join('-')
    if (name.length <= longestName) names.push(toSourceName(name, plain))
  }
  return names
}

/**
 * Names the sources of logs, in their order. Logs of one name in different folders get the names of these folders, unless their lines name
 * their hosts: `nginx-access.log`, `squid-access.log`. One that is in a folder above all others keeps its name. The same log of several hosts or
 * days is one source.
 */
export const nameSources = (logs: readonly LogToName[]): readonly string[] => {
  const names = new Map<LogToName, string>()
  for (const log of logs) names.set(log, log.kept ?? log.plain)
  const groups = Map.groupBy(
    logs.filter(({ isDistinct }) => !isDistinct),
    ({ plain }) => plain,
  )
  for (const group of groups.values()) {
    if (group.length < 2) continue
    const kinds = Map.groupBy(group, ({ path, hostFolder }) => kindOf(path, hostFolder).join('/'))
    if (kinds.size < 2) continue
    const possible = [...kinds.values()].map(([first]) => (first ? possibleNames(first) : []))
    const uses = Map.groupBy(possible.flat(), (name) => name)
    const paths = [...kinds.keys()]
    for (const [index, [kind, members]] of [...kinds].entries()) {
      const known = members.find(({ kept }) => kept !== undefined)?.kept
      const own = possible[index] ?? []
      const isAbove = paths.every((path) => path === kind || kind === '' || path.startsWith(`${kind}/`))
      // The shortest name that no log of another kind could have; without one, the longest.
      const longer = own.find((one) => uses.get(one)?.length === 1) ?? own.at(-1)
      const name = known ?? (isAbove ? own[0] : longer) ?? ''
      for (const log of members) if (log.kept === undefined) names.set(log, name)
    }
  }
  return logs.map((log) => names.get(log) ?? log.plain)
}
