import type { Alert } from '../../schema/alert/alert.ts'
import type { Entity } from '../../schema/detection/detection.ts'

export const start = Date.parse('2024-12-10T06:00:00Z')
export const minute = 60_000
export const at = (minutes: number) => new Date(start + minutes * minute).toISOString()
export const entity = (type: Entity['type'], value: string): Entity => ({ type, value })

/** Creates an alert that lasts from one minute to another. */
export const alert = (id: string, begin: number, end: number, facts: Partial<Alert> = {}): Alert => ({
  id,
  dedup_key: id,
  status: 'triaged',
  type: 'anomaly',
  severity: 'medium',
  score: 0.9,
  title: `Something unusual (${id})`,
  sentence: `Something unusual was seen (${id}).`,
  value: '1',
  usual: '0',
  detectors: ['baseline'],
  source: 'auth.log',
  stream: `auth.log/${id}`,
  entities: [],
  techniques: [],
  contributions: [{ feature: 'lines', value: '1', usual: '0', weight: 0.9 }],
  evidence: [
    { event_id: `${id}-1`, time: at(begin), line: `first line of ${id}`, role: 'the first' },
    { event_id: `${id}-2`, time: at(end), line: `last line of ${id}` },
  ],
  count: 1,
  event_count: 10,
  detection_ids: [`d-${id}`],
  first_seen: at(begin),
  last_seen: at(end),
  created_at: at(end),
  updated_at: at(end),
  learning: false,
  incident_id: null,
  assignee: null,
  resolution: null,
  suppression_id: null,
  triage: null,
  version: 1,
  ...facts,
})

/** Creates an alert of failed logins from an address. */
export const attack = (address: string, tries: number, begin: number, end: number, facts: Partial<Alert> = {}) =>
  alert(address, begin, end, {
    type: 'brute_force',
    severity: tries >= 100 ? 'high' : 'medium',
    detectors: ['sequence'],
    stream: 'auth.log/LabSZ/sshd',
    title: `${tries} failed logins from ${address}`,
    sentence: `${tries} failed logins to sshd on LabSZ from ${address}.`,
    event_count: tries,
    entities: [entity('ip', address), entity('user', 'root'), entity('host', 'LabSZ'), entity('service', 'sshd')],
    techniques: ['T1110.001'],
    ...facts,
  })
export const onHost = (host: string) => ({ entities: [entity('host', host)] })
