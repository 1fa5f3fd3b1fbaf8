import { type Draft, setIfAbsent } from '../../draft.ts'
import type { StructuredData } from './structured-data.ts'

const longestSentence = 500

/** Whether structured data is of Junos, the system of Juniper's firewalls and routers. */
export const isJunos = ({ ids }: StructuredData): boolean => ids[0]?.startsWith('junos@') ?? false

/**
 * Completes the fields of a record of Junos, which says what happened in its message id, and returns a sentence, because the message is
 * often empty: `RT_FLOW_SESSION_DENY 203.0.113.9/51234->10.0.0.5/22 junos-ssh deny-all`.
 */
export const completeJunos = ({ triples }: StructuredData, fields: Draft): string => {
  const values = new Map(triples.map(([, name, value]) => [name, value]))
  const event = String(fields['log.syslog.msgid'] ?? '')
  setIfAbsent(fields, 'observer.vendor', 'Juniper')
  if (event !== '') setIfAbsent(fields, 'event.code', event)
  const [, action] = /^(?:RT_FLOW|APPTRACK)_(SESSION_[A-Z]+)/.exec(event) ?? []
  const source = endOf(values, 'source')
  const destination = endOf(values, 'destination')
  if (source === undefined || destination === undefined) {
    const pairs = triples.map(([, name, value]) => `${name}="${value}"`)
    return [event, ...pairs].join(' ').trim().slice(0, longestSentence)
  }
  setIfAbsent(fields, 'event.category', 'network')
  setIfAbsent(fields, 'event.action', (action ?? event).toLowerCase())
  if (action === 'SESSION_CREATE') setIfAbsent(fields, 'event.outcome', 'success')
  if (action === 'SESSION_DENY') setIfAbsent(fields, 'event.outcome', 'failure')
  for (const [name, field] of counts) {
    const value = values.get(name) ?? ''
    if (/^\d{1,15}$/.test(value)) setIfAbsent(fields, field, Number(value))
  }
  const policy = values.get('policy-name')
  if (policy !== undefined) setIfAbsent(fields, 'rule.name', policy)
  const details = ['attack-name', 'service-name', 'policy-name', 'url', 'reason', 'action'].map((name) =>
    values.get(name),
  )
  return [event, `${source}->${destination}`, ...details.filter((text) => text !== undefined && text !== 'None')]
    .join(' ')
    .trim()
    .slice(0, longestSentence)
}

const counts = [
  ['bytes-from-client', 'source.bytes'],
  ['bytes-from-server', 'destination.bytes'],
  ['packets-from-client', 'source.packets'],
  ['packets-from-server', 'destination.packets'],
] as const

const endOf = (values: ReadonlyMap<string, string>, side: 'source' | 'destination'): string | undefined => {
  const address = values.get(`${side}-address`)
  const port = values.get(`${side}-port`)
  return address === undefined || port === undefined ? address : `${address}/${port}`
}
