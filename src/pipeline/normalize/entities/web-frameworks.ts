import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setStatus } from '../fields/http-status.ts'
import { unquote } from '../fields/key-values.ts'
import { readRequest, readTarget } from '../fields/request-target.ts'
import { isCapital } from '../letters.ts'

/**
 * Parses what Rails, Django and Uvicorn write about a request: `Started GET "/x" for 203.0.113.9 at …`, `Completed 404 Not Found in 12ms`, `"GET /x
 * HTTP/1.1" 404 123`, `Not Found: /x`. Looks at the first character before it reads a message.
 */
export const readWebFramework = (message: string, fields: Draft, at = 0): boolean => {
  const first = message.charCodeAt(at)
  if (first >= 48 && first <= 57) return at === 0 && message.includes(' - "') && readUvicorn(message, fields)
  switch (first) {
    case 34: // "
      return readRunserver(message.slice(at, at + 10_000), fields)
    case 65: // A
      return message.startsWith('ActionController::Rout', at) && readRoutingError(message.slice(at), fields)
    case 67: // C
      return message.startsWith('Completed ', at) && readCompleted(message.slice(at, at + 200), fields)
    case 83: // S
      return (
        (message.startsWith('Started ', at) && readStarted(message.slice(at, at + 10_000), fields)) ||
        readRefusal(message, at, fields)
      )
    case 91: // [
      return at === 0 && readTagged(message, fields)
    case 98: // b
    case 100: // d
    case 108: // l
      return at === 0 && readAttributes(message, fields)
    case 69: // E
    case 87: // W
      return at === 0 && isCapital(message.charCodeAt(1)) && readAttributes(message, fields)
    case 73: // I
      return at === 0 && isCapital(message.charCodeAt(1))
        ? readAttributes(message, fields)
        : readRefusal(message, at, fields)
    case 66: // B
    case 70: // F
    case 77: // M
    case 78: // N
    case 84: // T
    case 85: // U
      return readRefusal(message, at, fields)
  }
  return false
}

/** Rails: `Started GET "/x" for 203.0.113.9 at 2026-12-10 09:32:20 +0000` */
const readStarted = (message: string, fields: Draft): boolean => {
  const found = /^Started ([A-Z]{3,20}) "((?:[^"\\]|\\.)*)" for (\S{2,64}) at \d{4}-/.exec(message)
  const [, method = '', target = '', client = ''] = found ?? []
  if (!found || !setAddress(fields, 'source', client)) return false
  setIfAbsent(fields, 'event.category', 'web')
  setIfAbsent(fields, 'http.request.method', method)
  readTarget(method, unquote(target, 0, target.length), fields)
  return true
}

/** Rails: `Completed 404 Not Found in 12ms (Views: 3.2ms | ActiveRecord: 0.5ms)` */
const readCompleted = (message: string, fields: Draft): boolean => {
  const found = /^Completed ([1-5]\d\d)(?: [A-Z][\w' -]{1,40})? {1,2}in (\d{1,9}(?:\.\d{1,3})?)ms(?: \(|$)/.exec(
    message,
  )
  if (!found) return false
  setIfAbsent(fields, 'event.category', 'web')
  setStatus(fields, found[1])
  // ECS uses nanoseconds.
  setIfAbsent(fields, 'event.duration', Math.round(Number(found[2]) * 1e6))
  return true
}

/** Rails: `ActionController::RoutingError (No route matches [GET] "/x"):` */
const readRoutingError = (message: string, fields: Draft): boolean => {
  const found = /^ActionController::RoutingError \(No route matches \[([A-Z]{3,20})\] "([^"]{1,8192})"\)/.exec(message)
  if (!found) return false
  const [, method = '', target = ''] = found
  setIfAbsent(fields, 'event.category', 'web')
  setIfAbsent(fields, 'http.request.method', method)
  readTarget(method, target, fields)
  setStatus(fields, '404')
  return true
}

/** Rails, with tags such as the id of the request: `[8a1f…] [203.0.113.9] Started GET …` */
const readTagged = (message: string, fields: Draft): boolean => {
  const tags = /^(?:\[[^\]]{1,80}\] ){1,6}(?=[ACS])/.exec(message.slice(0, 500))?.[0]
  if (tags === undefined || !readWebFramework(message, fields, tags.length)) return false
  const id = /^\[([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\]/.exec(tags)?.[1]
  if (id !== undefined) setIfAbsent(fields, 'http.request.id', id)
  return true
}

/** Django's server: `"GET /x HTTP/1.1" 404 123` */
const readRunserver = (message: string, fields: Draft): boolean => {
  const found = /^"([A-Z]{3,20} [^\n]{1,8192} HTTP\/\d(?:\.\d)?)" ([1-5]\d\d) (\d{1,15}|-)$/.exec(message)
  if (!found) return false
  setRequest(fields, found[1] ?? '', found[2])
  if (found[3] !== '-') setIfAbsent(fields, 'http.response.body.bytes', Number(found[3]))
  return true
}

/** Uvicorn in a log of Python: `203.0.113.9:51234 - "GET /x HTTP/1.1" 404` */
const readUvicorn = (message: string, fields: Draft): boolean => {
  const found =
    /^(\S{4,64}) - "([A-Z]{3,20} [^\n]{1,8192} HTTP\/\d(?:\.\d)?)" ([1-5]\d\d)(?: [A-Z][\w' -]{1,40})?$/.exec(
      message.slice(0, 10_000),
    )
  if (!found || !setAddress(fields, 'source', found[1] ?? '')) return false
  setRequest(fields, found[2] ?? '', found[3])
  return true
}

const setRequest = (fields: Draft, request: string, status: string | undefined): void => {
  setIfAbsent(fields, 'event.category', 'web')
  readRequest(unquote(request, 0, request.length), fields)
  setStatus(fields, status)
}

/**
 * Reasons that Django writes for refused requests, by their text. Short ones such as "Conflict" begin messages of other programs too. Node has
 * these texts, but to load its `http` loads its `fetch` too, for a tenth of the CPU time of a short command.
 */
const refusals: ReadonlyMap<string, string> = new Map([
  ['Bad Request', '400'],
  ['Unauthorized', '401'],
  ['Forbidden', '403'],
  ['Not Found', '404'],
  ['Method Not Allowed', '405'],
  ['Too Many Requests', '429'],
  ['Internal Server Error', '500'],
  ['Service Unavailable', '503'],
])

/** Servers that run Django. Other named programs may not have found a file. */
const servers = /^(?:django|gunicorn|uwsgi|uvicorn|daphne|hypercorn|waitress|python\d?|manage)\b/

/** Django: `Not Found: /x`, `Method Not Allowed (GET): /x`, `Forbidden (CSRF cookie not set.): /x` */
const readRefusal = (message: string, at: number, fields: Draft): boolean => {
  const colon = message.indexOf(': /', at)
  if (colon < at + 4 || colon > at + 250) return false
  const found = /^([A-Z][A-Za-z ]{6,40}?)(?: \(([^()]{1,200})\))?$/.exec(message.slice(at, colon))
  const code = refusals.get(found?.[1] ?? '')
  const target = message.slice(colon + 2, colon + 10_000).trimEnd()
  const program = fields['process.name']
  if (!found || code === undefined || /\s/.test(target)) return false
  if (typeof program === 'string' && !servers.test(program)) return false
  const detail = found[2]
  const method = detail !== undefined && /^[A-Z]{3,10}$/.test(detail) ? detail : undefined
  setIfAbsent(fields, 'event.category', 'web')
  if (method !== undefined) setIfAbsent(fields, 'http.request.method', method)
  else if (detail !== undefined) setIfAbsent(fields, 'event.reason', detail)
  readTarget(method ?? '', target, fields)
  setStatus(fields, code)
  return true
}

/** Level, logger or module, process and thread. */
const attributes =
  /^(?:(?:INFO|WARNING|ERROR|CRITICAL)(?: |:))?(?:(django(?:\.\w{1,30}){0,3}|basehttp|log)(?: |:))?(?:(\d{1,9}) (\d{1,18}) )?(?=["A-Z])/

/** Django's attributes before the message, in formats of Python that have no colon after them: `basehttp 4711 139 "GET /x HTTP/1.1" 404 123` */
const readAttributes = (message: string, fields: Draft): boolean => {
  const [head = '', logger, pid, thread] = attributes.exec(message.slice(0, 200)) ?? []
  if (head === '' || !readWebFramework(message, fields, head.length)) return false
  if (logger?.startsWith('django')) setIfAbsent(fields, 'log.logger', logger)
  if (pid !== undefined) setIfAbsent(fields, 'process.pid', Number(pid))
  if (thread !== undefined) setIfAbsent(fields, 'process.thread.id', Number(thread))
  return true
}
