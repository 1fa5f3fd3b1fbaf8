import {
  type AddressRoles,
  addressRoleNames,
  mergeAddressRoles,
  scaleAddressRoles,
} from '../../../schema/address-roles.ts'
import type { AlertType, Detection, Evidence } from '../../../schema/detection.ts'
import { severityRank } from '../../../schema/severity.ts'
import { type Connection, connectionOf, type Direction, isInternalAddress } from './connection.ts'

/** Sources that a detector counted itself, with their events. */
export type CountedSources = readonly (readonly [ip: string, events: number])[]

/** Which end attacks, where the detector knows; `unknown` where nothing shows it. Otherwise type and severity decide. */
export type AttackerEnd = 'source' | 'destination' | 'unknown'

interface Subject extends Pick<Detection, 'kind' | 'type' | 'severity' | 'event_count'> {
  readonly techniques: readonly string[]
  readonly evidence: readonly Evidence[]
  /** Takes the place of the sources that the evidence names: not every line is kept as evidence. */
  readonly sources?: CountedSources | undefined
  readonly attacker?: AttackerEnd | undefined
}

/** Works out the roles of addresses from the lines that a detection rests on. Each line counts for its share of the detection's events. */
export const addressRolesOf = (subject: Subject): AddressRoles | undefined => {
  const { evidence, event_count } = subject
  const counted = subject.sources?.flatMap(([ip, events]) => {
    const connection = connectionOf({ 'source.ip': ip })
    return connection.source_ip === undefined ? [] : [{ connection, events }]
  })
  const isOther = ({ source_ip }: Evidence) =>
    source_ip !== undefined && counted?.every(({ connection }) => connection.source_ip !== source_ip)
  // Lines of others, such as a login from elsewhere during an attack, say nothing about the sources that were counted.
  const lines = evidence.filter((line) => hasEnd(line) && !isOther(line))
  const each = event_count / Math.max(1, lines.length)
  const shown = lines.map((line) => rolesIn(line, each, subject))
  const roles = mergeAddressRoles(
    counted
      ? [
          ...shown.map(({ destination = [], proxy = [] }) => ({ destination, proxy })),
          ...counted.map(({ connection, events }) => {
            const line = lines.find(({ source_ip }) => source_ip === connection.source_ip)
            const { attacker = [], source = [] } = rolesIn(line ?? connection, events, subject)
            return { attacker, source }
          }),
        ]
      : shown,
  )
  return addressRoleNames.some((role) => roles[role]) ? scaleAddressRoles(roles, 1) : undefined
}

const hasEnd = ({ source_ip, destination_ip }: Connection): boolean =>
  source_ip !== undefined || destination_ip !== undefined

const rolesIn = (connection: Connection, events: number, subject: Subject): AddressRoles => {
  const { source_ip, destination_ip, proxy_ip, direction } = connection
  const own: Readonly<Record<string, boolean>> = {
    source: direction === 'outbound' || direction === 'internal',
    destination: direction === 'inbound' || direction === 'internal',
    proxy: true,
  }
  const tally = (ip: string | undefined, end: 'source' | 'destination' | 'proxy') =>
    ip === undefined ? [] : [{ ip, events, internal: own[end] === true || isInternalAddress(ip) }]
  const ends = {
    source: tally(source_ip, 'source'),
    destination: tally(destination_ip, 'destination'),
    proxy: tally(proxy_ip, 'proxy'),
  }
  const end = hostileEnd(connection, subject)
  return { ...ends, attacker: end === undefined ? [] : ends[end] }
}

const hostileTypes: ReadonlySet<AlertType> = new Set([
  'malware',
  'phishing',
  'brute_force',
  'ddos',
  'data_exfiltration',
  'unauthorized_access',
])

/** Activity that its source carries out against the destination, whoever owns the source. */
const offensiveTypes: ReadonlySet<AlertType> = new Set(['brute_force', 'ddos', 'unauthorized_access'])

/** Command and control, exfiltration: the remote end is reached from inside. */
const reachesOut = ({ type, techniques }: Subject): boolean =>
  type === 'data_exfiltration' ||
  techniques.some((id) =>
    /^T(1071|1041|1048|1567|1537|1571|1572|1573|1095|1568|1102|1105|1219|1020|1132|1008|1090)\b/.test(id),
  )

/** Which end of a connection attacks; undefined when the evidence does not show it. */
const hostileEnd = (
  { source_ip, destination_ip, direction }: Connection,
  subject: Subject,
): 'source' | 'destination' | undefined => {
  const { type, attacker } = subject
  if (attacker !== undefined) return attacker === 'unknown' ? undefined : attacker
  if (!isHostile(subject, direction)) return undefined
  switch (direction) {
    case 'inbound':
      return 'source'
    case 'outbound':
      // One of our machines attacks somebody else: neither end is an attacker to block here.
      return type === 'brute_force' || type === 'ddos' ? undefined : 'destination'
    case 'external':
      return reachesOut(subject) ? 'destination' : 'source'
    case 'internal':
      return reachesOut(subject) ? undefined : 'source'
    default:
      return source_ip !== undefined && destination_ip === undefined && offensiveTypes.has(type) ? 'source' : undefined
  }
}

const isHostile = ({ kind, type, severity }: Subject, direction: Direction | undefined): boolean => {
  if (hostileTypes.has(type)) return true
  if (type !== 'other' || severityRank(severity) < severityRank('medium')) return false
  return kind === 'indicator' || kind === 'rule' || (kind === 'external' && direction !== undefined)
}
