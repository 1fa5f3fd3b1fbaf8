import type { Noun } from '../../api/client.ts'

export type FacetField = Noun<'AlertCounts'>['facets'][number]['field']

/** What the queue is counted by, in this order. */
export const facetFields = [
  { field: 'severity', name: 'Severity' },
  { field: 'status', name: 'Status' },
  { field: 'verdict', name: 'Verdict' },
  { field: 'assignee', name: 'Assignee' },
  { field: 'host', name: 'Host' },
  { field: 'user', name: 'User' },
  { field: 'ip', name: 'Address' },
  { field: 'service', name: 'Service' },
  { field: 'technique', name: 'Technique' },
  { field: 'detector', name: 'Detector' },
  { field: 'source', name: 'Source' },
  { field: 'type', name: 'Kind' },
  { field: 'resolution', name: 'Closed as' },
] as const satisfies readonly { field: FacetField; name: string }[]
