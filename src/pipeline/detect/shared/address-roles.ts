import {
  type AddressRoles,
  type AddressTally,
  addressRoleNames,
  mergeAddressRoles,
  scaleAddressRoles,
} from '../../../schema/detection/address-roles.ts'
import type { AlertType, Detection, Evidence } from '../../../schema/detection/detection.ts'
import { severityRank } from '../../../schema/severity.ts'
import { type Connection, connectionOf, type Direction, isInternalAddress } from './connection.ts'

/** Source addresses that a detector counted itself, with their events. */
export type CountedSources = readonly (readonly [ip: string, events: number])[]

/** Which end of the connection attacks, if the detector knows. `unknown` means no evidence; undefined lets type and severity decide. */
export type AttackerEnd = 'source' | 'destination' | 'unknown'

interface Subject extends Pick<Detection, 'kind' | 'type' | 'severity' | 'event_count'> {
  readonly techniques: readonly string[]
  readonly evidence: readonly Evidence[]
  /** Replaces the sources named in the evidence, because evidence is a sample. */
  readonly sources?: CountedSources | undefined
  readonly attacker?: AttackerEnd | undefined
}

/** Derives the roles of addresses from the evidence. Each line counts for its share of the detection's events. */
export const addressRolesOf = (subject: Subject): AddressRoles | undefined => {
  const { evidence, event_count } = subject
  const counted = subject.sources?.flatMap(([ip, events]) => {
    const connection = connectionOf({ 'source.ip': ip })
    return connection.source_ip === undefined ? [] : [{ connection, events }]
  })
  const known = counted && new Set(counted.map(({ connection }) => connection.source_ip))
  const isOther = ({ source_ip }: Evidence) => source_ip !== undefined && known?.has(source_ip) === false
  // Skip lines of other sources, such as a login from elsewhere during an attack.
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
  const source = tallyOf(source_ip, events, direction === 'outbound' || direction === 'internal')
  const destination = tallyOf(destination_ip, events, direction === 'inbound' || direction === 'internal')
  const proxy = tallyOf(proxy_ip, events, true)
  const end = hostileEnd(connection, subject)
  return {
    source,
    destination,
    proxy,
    attacker: end === 'source' ? source : end === 'destination' ? destination : none,
  }
}

const none: AddressTally[] = []

const tallyOf = (ip: string | undefined, events: number, isOwn: boolean): AddressTally[] =>
  ip === undefined ? none : [{ ip, events, internal: isOwn || isInternalAddress(ip) }]

const hostileTypes: ReadonlySet<AlertType> = new Set([
  'malware',
  'phishing',
  'brute_force',
  'ddos',
  'data_exfiltration',
  'unauthorized_access',
])

/** Attacks that the source carries out against the destination, even if the source is internal. */
const offensiveTypes: ReadonlySet<AlertType> = new Set(['brute_force', 'ddos', 'unauthorized_access'])

/** Whether an internal host contacts the attacker, as in command and control or exfiltration. */
const reachesOut = ({ type, techniques }: Subject): boolean =>
  type === 'data_exfiltration' ||
  techniques.some((id) =>
    /^T(1071|1041|1048|1567|1537|1571|1572|1573|1095|1568|1102|1105|1219|1020|1132|1008|1090)\b/.test(id),
  )

/** Returns the end of a connection that attacks; undefined if the evidence does not show it. */
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
      // An internal host attacks somebody else, so there is no attacker to block here.
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
