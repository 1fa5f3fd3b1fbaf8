import { readObject } from './read-object.ts'

type Json = Readonly<Record<string, unknown>>

/** Returns the record of Microsoft 365 in a row that Purview or `Search-UnifiedAuditLog` exports, where it is a text; undefined for other objects. */
export const auditData = ({ AuditData: text }: Json): Json | undefined => {
  const record = typeof text === 'string' ? readObject(text) : undefined
  return typeof record === 'object' && typeof record.Operation === 'string' ? record : undefined
}
