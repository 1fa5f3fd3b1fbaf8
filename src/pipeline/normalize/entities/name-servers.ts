import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { readUnknownProgram } from './unknown-program.ts'

const question = /^Remote ([\da-fA-F.:]{2,45})(?:<-\S{2,64})? wants '([^'|\n]{1,255})\|([A-Z\d]{1,12})'/
/** `[webserver] 5eab55b6-… 203.0.113.9:44180 "GET /api/v1/servers HTTP/1.1" 401 167` */
const request =
  /^\[webserver\] [\da-f-]{36} (\S{2,64}) "([A-Z]{3,10}) (\S{1,2000}) HTTP\/([\d.]{1,3})" ([1-5]\d\d) (\d{1,18})$/
const transfer = /^AXFR-out zone '([^'\n]{1,255})', client '([^'\s]{2,64})', (\w{1,20})/

/** Parses a message of PowerDNS: a question, a transfer of a zone, or a request to its API. */
export const readPowerdns = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 3000)
  const asked = question.exec(text)
  if (asked) {
    setIfAbsent(fields, 'dns.question.name', asked[2] ?? '')
    setIfAbsent(fields, 'dns.question.type', asked[3] ?? '')
    return set(fields, 'network', 'dns_query', asked[1])
  }
  const answered = request.exec(text)
  if (answered) {
    const [, client, method = '', target = '', version = '', status = '', bytes] = answered
    setIfAbsent(fields, 'http.request.method', method)
    setIfAbsent(fields, 'http.version', version)
    setIfAbsent(fields, 'http.response.status_code', Number(status))
    setIfAbsent(fields, 'http.response.body.bytes', Number(bytes))
    setIfAbsent(fields, 'url.original', target)
    setIfAbsent(fields, 'url.path', target.split('?')[0] ?? target)
    return set(fields, 'web', undefined, client, Number(status) >= 400 ? 'failure' : 'success')
  }
  const zone = transfer.exec(text)
  if (zone) {
    setIfAbsent(fields, 'dns.question.name', zone[1] ?? '')
    const refused = zone[3] === 'denied' || zone[3] === 'failed'
    return set(fields, 'network', 'dns_zone_transfer', zone[2], refused ? 'failure' : undefined)
  }
  readUnknownProgram(message, fields)
  return true
}

/** Parses a message of NSD: `axfr for example.net. from 203.0.113.9 refused, no acl matches`. */
export const readNsd = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1000)
  const zone = /^(?:\w{4,7}: )?[ai]xfr for (\S{1,255}) from ([\da-fA-F.:]{2,45}) (refused)?/.exec(text)
  if (!zone) {
    readUnknownProgram(message, fields)
    return true
  }
  setIfAbsent(fields, 'dns.question.name', (zone[1] ?? '').replace(/(?<=.)\.$/, ''))
  return set(fields, 'network', 'dns_zone_transfer', zone[2], zone[3] === undefined ? undefined : 'failure')
}

const set = (fields: Draft, category: string, action: string | undefined, client = '', outcome?: string): true => {
  setAddress(fields, 'source', client)
  setIfAbsent(fields, 'event.category', category)
  if (action) setIfAbsent(fields, 'event.action', action)
  if (outcome) setIfAbsent(fields, 'event.outcome', outcome)
  return true
}
