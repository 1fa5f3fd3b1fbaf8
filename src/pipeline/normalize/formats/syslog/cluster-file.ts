import type { Draft } from '../../draft.ts'
import { toSureLevel } from '../../fields/level.ts'

/** `[4711] n1 corosync warning [WD    ] ` */
const corosync =
  /^\[(?<pid>\d{1,9})\] (?<host>[\w.-]{1,64}) (?<program>[\w.-]{1,32}) (?<level>[a-z]{4,9}) +\[(?<logger>[A-Z]{1,12}) *\] /
/** `n1 pacemakerd          [4711] (mcp_read_config) \terror: ` */
const pacemaker =
  /^(?<host>[\w.-]{1,64}) (?<program>[\w.-]{1,32}) +\[(?<pid>\d{1,9})\] \((?<logger>[^()\n]{1,120})\) ?\t(?<level>[a-z]{4,9}): /

/** Reads the header of Corosync's and Pacemaker's own files behind the time. Returns the position of the message. */
export const readClusterHeader = (text: string, at: number, fields: Draft): number | undefined => {
  const bracket = text.indexOf('[', at)
  if (bracket < 0 || bracket > at + 100) return undefined
  const found = (bracket === at ? corosync : pacemaker).exec(text.slice(at, at + 320))
  const level = toSureLevel(found?.groups?.level ?? '')
  if (!found?.groups || level === undefined) return undefined
  const { pid, host = '', program = '', logger = '' } = found.groups
  fields['log.level'] = level
  fields['host.name'] = host
  fields['process.name'] = program
  fields['process.pid'] = Number(pid)
  fields['log.logger'] = logger
  return at + found[0].length
}
