import { formatSize } from '../../lib/units/quantity.ts'
import { counted } from '../terminal/terminal.ts'

interface Counts {
  readonly rules: Readonly<Record<'bundled' | 'own' | 'imported' | 'configured', number>>
  readonly log_models: number
  readonly database: { readonly tables: Readonly<Record<string, number>>; readonly events: number }
}

/** Renders the size of an archive. */
export const backupSize = (bytes: number): string => formatSize(Math.max(1, Math.round(bytes / 2 ** 20)) * 2 ** 20)

/** Renders the contents of a backup in one line. */
export const backupCounts = ({ rules, log_models, database: { tables, events } }: Counts): string => {
  const all = rules.bundled + rules.own + rules.imported + rules.configured
  const sorts = Object.entries(rules).map(([sort, count]) => `${count} ${sort}`)
  return [
    `${counted(all, 'rule')} (${sorts.join(', ')})`,
    counted(tables.alerts ?? 0, 'alert'),
    counted(tables.incidents ?? 0, 'incident'),
    counted(events, 'event'),
    counted(tables.models ?? 0, 'detector state'),
    counted(log_models, 'log model'),
    counted(tables.audit_logs ?? 0, 'audit record'),
  ].join(', ')
}
