import type { Severity } from '../../schema/severity.ts'

/** The colours of severities in chat messages, as in the dashboard. */
export const severityColours: Readonly<Record<Severity, string>> = {
  info: '#9aa2ae',
  low: '#1a63c9',
  medium: '#f7e34c',
  high: '#db6016',
  critical: '#90002e',
}

/** The colour of a message about a resolved incident. */
export const resolvedColour = '#2e7d32'
