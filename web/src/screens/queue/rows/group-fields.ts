import type { paths } from '../../../api/schema.d.ts'

type Query = NonNullable<paths['/api/v1/alerts/heads']['get']['parameters']['query']>
export type GroupField = NonNullable<Query['group']>

/** The fields for grouping, in display order. */
export const groupFields = [
  { field: 'incident_id', name: 'Incident' },
  { field: 'host', name: 'Host' },
  { field: 'user', name: 'User' },
  { field: 'ip', name: 'IP address' },
  { field: 'service', name: 'Service' },
  { field: 'process', name: 'Process' },
  { field: 'technique', name: 'Technique' },
  { field: 'rule', name: 'Rule' },
  { field: 'detector', name: 'Detector' },
  { field: 'type', name: 'Type' },
  { field: 'source', name: 'Source' },
  { field: 'severity', name: 'Severity' },
  { field: 'verdict', name: 'Verdict' },
  { field: 'status', name: 'Status' },
  { field: 'assignee', name: 'Assignee' },
] as const satisfies readonly { field: GroupField; name: string }[]

export const isGroupField = (text: unknown): text is GroupField => groupFields.some(({ field }) => field === text)
