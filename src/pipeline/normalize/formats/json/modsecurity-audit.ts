import { isObject } from '../../../../lib/json/json-value.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish } from '../../draft.ts'
import { bracketedPart } from '../../entities/modsecurity.ts'
import { setAddress } from '../../fields/address.ts'

import { setStatus } from '../../fields/http-status.ts'
import { readRequest } from '../../fields/request-target.ts'
import type { Parsed } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

type Json = Readonly<Record<string, unknown>>

/** A rule that the request of a transaction matched. */
interface MatchedRule {
  readonly id: string
  readonly name: string
  /** 0 for an emergency to 7; 8 for none. */
  readonly severity: number
}

const severities = ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG']
/** Rules of the Core Rule Set that add up what other rules found: their names say nothing about the request. */
const sums = /anomaly score/i

/** Whether an object is a transaction in the audit log of ModSecurity: of version 2 for Apache, or of version 3 for nginx. */
export const isModSecurityAudit = ({ transaction, audit_data: audit }: Json): boolean =>
  isObject(transaction) &&
  ((typeof transaction.transaction_id === 'string' && isObject(audit)) ||
    (typeof transaction.unique_id === 'string' &&
      isObject(transaction.producer) &&
      Array.isArray(transaction.messages)))

/** Reads a transaction: the request, its client, and the most severe rule that it matched. */
export const readModSecurityAudit = (object: Json, record: RawRecord): Parsed => {
  const transaction = part(object, 'transaction')
  const isThird = typeof transaction.unique_id === 'string'
  const request = part(isThird ? transaction : object, 'request')
  const response = part(isThird ? transaction : object, 'response')
  const fields: Draft = {
    'event.category': 'web',
    'http.request.id': String(transaction.transaction_id ?? transaction.unique_id),
  }
  setPeer(
    fields,
    'source',
    transaction.remote_address ?? transaction.client_ip,
    transaction.remote_port ?? transaction.client_port,
  )
  setPeer(
    fields,
    'destination',
    transaction.local_address ?? transaction.host_ip,
    transaction.local_port ?? transaction.host_port,
  )
  readRequest(isThird ? lineOf(request) : String(request.request_line ?? ''), fields)
  setStatus(fields, Number(response.status ?? response.http_code))
  for (const [name, value] of Object.entries(part(request, 'headers'))) {
    const field = headers.get(name.toLowerCase())
    if (field !== undefined && typeof value === 'string' && value !== '') fields[field] = value.slice(0, 8_192)
  }
  const host = /^(\[[^\]]*\]|[^:]*)/.exec(String(fields['url.domain'] ?? ''))?.[0] ?? ''
  if (host === '') delete fields['url.domain']
  else fields['url.domain'] = host
  const isRefused = isThird ? wasRefused(transaction, response) : wasIntercepted(part(object, 'audit_data'))
  const rules = isThird
    ? list(transaction.messages).map(thirdRule)
    : list(part(object, 'audit_data').messages).map(secondRule)
  const time = String(transaction.time ?? transaction.time_stamp ?? '')
  const message = describe(rules, isRefused, fields)
  return finish('json/modsecurity', readTimestamp(time.replace(/^\[/, ''), 0, record), message, fields)
}

const headers: ReadonlyMap<string, string> = new Map([
  ['host', 'url.domain'],
  ['referer', 'http.request.referrer'],
  ['user-agent', 'user_agent.original'],
])

const part = (object: Json, name: string): Json => {
  const value = object[name]
  return isObject(value) ? value : {}
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 100) : [])

const lineOf = ({ method, uri, http_version: version }: Json): string =>
  `${String(method)} ${String(uri)}${version === undefined ? '' : ` HTTP/${String(version)}`}`

const setPeer = (fields: Draft, side: 'source' | 'destination', address: unknown, port: unknown): void => {
  if (typeof address !== 'string' || !setAddress(fields, side, address)) return
  if (typeof port === 'number' && port > 0) fields[`${side}.port`] = port
}

/** `Warning. detected SQLi … [id "942100"] [msg "SQL Injection"] [severity "CRITICAL"]` */
const secondRule = (message: unknown): MatchedRule => {
  const text = ` ${String(message)}`
  const severity = severities.indexOf(bracketedPart(text, 'severity') ?? '')
  return {
    id: bracketedPart(text, 'id') ?? '',
    name: bracketedPart(text, 'msg') ?? '',
    severity: severity < 0 ? severities.length : severity,
  }
}

const thirdRule = (entry: unknown): MatchedRule => {
  const { message, details } = isObject(entry) ? entry : {}
  const { ruleId, severity } = isObject(details) ? details : {}
  return {
    id: String(ruleId ?? ''),
    name: String(message ?? ''),
    severity: /^[0-7]$/.test(String(severity)) ? Number(severity) : severities.length,
  }
}

const wasIntercepted = ({ action, messages }: Json): boolean =>
  (isObject(action) && action.intercepted === true) ||
  list(messages).some((message) => /^Access denied/.test(String(message)))

/** Version 3 does not say whether it refused a request, but whether it may, and the answer. */
const wasRefused = ({ producer, messages }: Json, { http_code: status }: Json): boolean =>
  isObject(producer) &&
  producer.secrules_engine === 'Enabled' &&
  list(messages).length > 0 &&
  [403, 406, 444].includes(Number(status))

/** Sets the rule and the action, and returns a sentence. A transaction without a rule is logged for its status: a plain request. */
const describe = (rules: readonly MatchedRule[], isRefused: boolean, fields: Draft): string => {
  const method = fields['http.request.method'] ?? '-'
  const path = fields['url.path'] ?? fields['http.request.line'] ?? '-'
  const named = rules.filter(({ id, name }) => id !== '' || name !== '')
  const telling = named.filter(({ name }) => !sums.test(name))
  const [main] = (telling.length > 0 ? telling : named).toSorted((a, b) => a.severity - b.severity)
  if (!main && !isRefused) return `${method} ${path} ${fields['http.response.status_code'] ?? '-'}`
  fields['event.action'] = isRefused ? 'request_blocked' : 'request_reported'
  if (isRefused) fields['event.outcome'] = 'failure'
  if (main?.id) fields['rule.id'] = main.id
  if (main?.name) fields['rule.name'] = main.name
  const why = main ? `: ${main.name || 'rule'}${main.id && ` (${main.id})`}` : ''
  return `ModSecurity ${isRefused ? 'refused' : 'reported'} ${method} ${path}${why}`
}
