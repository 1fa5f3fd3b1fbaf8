import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setStatus } from '../fields/http-status.ts'
import { readRequest } from '../fields/request-target.ts'

/** `dev`: method, URL, status, time and bytes. */
const dev =
  /^(?<request>[A-Z]{3,10} (?:\/|https?:\/\/)\S{0,8192}) (?<status>\d{3}|-) (?<took>\d{1,9}(?:\.\d{1,6})?|-) ms - (?<bytes>\d{1,15}|-)$/
/** `tiny` and `short`: the client, the user and the version are in `short` alone. */
const tiny =
  /^(?:(?<client>\S{1,64}) (?<user>\S{1,128}) (?=[A-Z]{3,10} ))?(?<request>[A-Z]{3,10} (?:\/|https?:\/\/)\S{0,8192}(?: HTTP\/\d(?:\.\d)?)?) (?<status>\d{3}|-) (?<bytes>\d{1,15}|-) - (?<took>\d{1,9}(?:\.\d{1,6})?|-) ms$/

/** Whether a text may be a line of Morgan. A cheap test of its ends. */
export const looksLikeMorgan = (text: string): boolean => {
  if (text.endsWith(' ms')) return text.includes(' - ')
  const first = text.charCodeAt(0)
  const second = text.charCodeAt(1)
  return (first === 27 || (first >= 65 && first <= 90 && second >= 65 && second <= 90)) && text.includes(' ms - ')
}

/** Removes colours, as `dev` and other programs write them, and what grep writes with them. */
export const withoutColours = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours start with one.
  text.includes('\u001b') ? text.replace(/\u001b\[[\d;]{0,12}[mK]/g, '') : text

/** Parses a line of Morgan, the access log of Express, in its formats `dev`, `tiny` and `short`. */
export const readMorganLine = (message: string, fields: Draft): boolean => {
  if (!looksLikeMorgan(message) || message.length > 10_000) return false
  const text = withoutColours(message)
  const found = (dev.exec(text) ?? tiny.exec(text))?.groups
  if (!found) return false
  const { client = '-', user = '-', request = '', status, bytes = '-', took = '-' } = found
  if (client !== '-' && !setAddress(fields, 'source', client)) return false
  if (user !== '-') setIfAbsent(fields, 'user.name', user)
  setIfAbsent(fields, 'event.category', 'web')
  readRequest(request, fields)
  setStatus(fields, status)
  if (bytes !== '-') setIfAbsent(fields, 'http.response.body.bytes', Number(bytes))
  // ECS uses nanoseconds.
  if (took !== '-') setIfAbsent(fields, 'event.duration', Math.round(Number(took) * 1e6))
  return true
}
