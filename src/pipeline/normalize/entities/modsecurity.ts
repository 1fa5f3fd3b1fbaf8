import { type Draft, setIfAbsent } from '../draft.ts'

/** Reads a part of a message in brackets: `[id "942100"]`. */
export const bracketedPart = (message: string, name: string): string | undefined => {
  const at = message.indexOf(` [${name} "`)
  const start = at + name.length + 4
  const end = at < 0 ? -1 : message.indexOf('"]', start)
  return end < 0 ? undefined : message.slice(start, end)
}

/** Reads the rule that a request matched: `ModSecurity: Access denied with code 403 (phase 2). … [id "942100"] [msg "SQL Injection"] [uri "/cart"]`. */
export const readModSecurity = (message: string, fields: Draft): void => {
  const parts = {
    'rule.id': bracketedPart(message, 'id'),
    'rule.name': bracketedPart(message, 'msg'),
    'url.domain': bracketedPart(message, 'hostname'),
    'url.original': bracketedPart(message, 'uri'),
  }
  for (const [name, value] of Object.entries(parts))
    if (value !== undefined && value !== '') setIfAbsent(fields, name, value)
  fields['event.action'] = message.startsWith('ModSecurity: Access denied') ? 'request_blocked' : 'request_reported'
}
