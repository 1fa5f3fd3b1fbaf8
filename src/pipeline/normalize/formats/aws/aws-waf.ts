import { isObject } from '../../../../lib/json/json-value.ts'
import type { Draft } from '../../draft.ts'
import { readTarget } from '../../fields/request-target.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is a record of AWS WAF. */
export const isWaf = (object: Json): boolean =>
  typeof object.webaclId === 'string' && typeof object.action === 'string' && isObject(object.httpRequest)

/**
 * Completes the fields of a record of AWS WAF: the path and its query are in two fields, and headers in a list. Returns a sentence, because
 * the record has none.
 */
export const completeWaf = (object: Json, fields: Draft): string => {
  const { action, httpRequest, terminatingRuleId, responseCodeSent } = object
  const { uri, args, httpMethod, httpVersion, headers, requestId } = isObject(httpRequest) ? httpRequest : {}
  fields['event.category'] = 'web'
  fields['event.action'] = String(action)
  fields['cloud.provider'] = 'aws'
  const method = String(httpMethod ?? '-')
  const path = typeof uri === 'string' ? uri : '-'
  const target = typeof args === 'string' && args !== '' ? `${path}?${args}` : path
  readTarget(method, target, fields)
  if (typeof requestId === 'string') fields['http.request.id'] = requestId
  if (typeof httpVersion === 'string') fields['http.version'] = httpVersion.replace(/^HTTP\//, '')
  if (typeof responseCodeSent === 'number') fields['http.response.status_code'] = responseCodeSent
  const outcome = outcomes.get(String(action))
  if (outcome === undefined) delete fields['event.outcome']
  else fields['event.outcome'] = outcome
  for (const [name, field] of wanted) {
    const value = headerOf(headers, name)
    if (value !== undefined) fields[field] = value
  }
  const rule = typeof terminatingRuleId === 'string' ? ` by ${terminatingRuleId}` : ''
  return `${String(action)} ${method} ${target}${rule}`
}

/** A challenge only delays a request, and a counted one is decided by another rule. */
const outcomes: ReadonlyMap<string, string> = new Map([
  ['ALLOW', 'success'],
  ['BLOCK', 'failure'],
])

const wanted = [
  ['host', 'url.domain'],
  ['referer', 'http.request.referrer'],
  ['user-agent', 'user_agent.original'],
] as const

const headerOf = (headers: unknown, wantedName: string): string | undefined => {
  if (!Array.isArray(headers)) return undefined
  for (const header of headers.slice(0, 200)) {
    if (!isObject(header) || typeof header.name !== 'string' || typeof header.value !== 'string') continue
    if (header.name.toLowerCase() === wantedName && header.value !== '') return header.value.slice(0, 8_192)
  }
  return undefined
}
