import type { AddressRole } from '../../schema/detection/address-roles.ts'
import type { Entity } from '../../schema/detection/detection.ts'
import { toPlainLine } from './plain.ts'
import type { Notification } from './sink.ts'

/** An incident as a flat object, in the format of the log detection service's alerts. */
export interface FlatAlert {
  readonly title: string
  readonly type: string
  /** The names of the type in the anomalies of that service. */
  readonly event_type: string
  readonly threat_type: string
  readonly severity: Notification['incident']['severity']
  readonly user: string | null
  /** The source in the evidence; with several sources, the largest attacker. */
  readonly source_ip: string | null
  readonly destination_ip: string | null
  /** The name of `destination_ip` in the anomalies of that service. */
  readonly dest_ip: string | null
  /** The address to block: the source of an inbound attack, or the remote end of an outbound connection. */
  readonly attacker_ip: string | null
  readonly attacker_count: number
  readonly event: string
  readonly action: Notification['reason']
  readonly message: string
  /** From 0 to 1. */
  readonly anomaly_score: number
  readonly timestamp: string
  readonly incident: string
  readonly incident_id: string
  readonly techniques: readonly string[]
}

/** Flattens an incident. Further incidents of the same message are listed in its text. */
export const toFlatAlert = ({ incident, reason, others = [] }: Notification): FlatAlert => {
  const [type = 'anomaly'] = incident.types ?? []
  const first = (wanted: Entity['type']): string | null => {
    const found = incident.entities.find((entity) => entity.type === wanted)
    return found ? toPlainLine(found.value) : null
  }
  const ip = (role: AddressRole): string | null => incident.address_roles?.[role]?.[0]?.ip ?? null
  const more = others.map(({ display_id, title }) => `; ${display_id}: ${toPlainLine(title)}`)
  return {
    title: `Security Alert: ${type}`,
    type,
    event_type: type,
    threat_type: type,
    severity: incident.severity,
    user: first('user'),
    source_ip: ip('source'),
    destination_ip: ip('destination'),
    dest_ip: ip('destination'),
    attacker_ip: ip('attacker'),
    attacker_count: incident.address_roles?.attacker?.length ?? 0,
    event: toPlainLine(incident.title),
    action: reason,
    message: `${toPlainLine(incident.reason)}${more.join('')}`,
    anomaly_score: incident.risk_score / 100,
    timestamp: incident.updated_at,
    incident: incident.display_id,
    incident_id: incident.id,
    techniques: incident.techniques,
  }
}
