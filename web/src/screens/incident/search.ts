/** What the address says of an incident: the tab, the alert that is looked at, the line in its context. */
export interface IncidentSearch {
  readonly tab?: Tab
  readonly alert?: string
  readonly line?: string
}

export const tabs = ['evidence', 'why', 'alerts', 'similar', 'activity', 'raw'] as const
export type Tab = (typeof tabs)[number]

/** Reads the address; what is none of ours is left out. */
export const readIncidentSearch = ({ tab, alert, line }: Record<string, unknown>): IncidentSearch => {
  const known = tabs.find((one) => one === tab)
  return {
    ...(known && { tab: known }),
    ...(typeof alert === 'string' && { alert }),
    ...((typeof line === 'string' || typeof line === 'number') && { line: String(line) }),
  }
}
