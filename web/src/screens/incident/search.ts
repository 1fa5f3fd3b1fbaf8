/** The state in the URL: the tab, the selected alert, and the event shown in its log context. */
export interface IncidentSearch {
  readonly tab?: Tab
  readonly alert?: string
  readonly line?: string
}

export const tabs = ['evidence', 'why', 'alerts', 'similar', 'activity', 'raw'] as const
export type Tab = (typeof tabs)[number]

/** Parses the URL and ignores invalid values. */
export const readIncidentSearch = ({ tab, alert, line }: Record<string, unknown>): IncidentSearch => {
  const known = tabs.find((one) => one === tab)
  return {
    ...(known && { tab: known }),
    ...(typeof alert === 'string' && { alert }),
    ...((typeof line === 'string' || typeof line === 'number') && { line: String(line) }),
  }
}
