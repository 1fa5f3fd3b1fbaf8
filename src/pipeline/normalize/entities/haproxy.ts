import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setStatus } from '../fields/http-status.ts'
import { readRequest } from '../fields/request-target.ts'

/** `client:port [accept date] frontend backend/server times status-or-bytes …`, with the request in quotes at the end. */
const line =
  /^([\da-fA-F.:]{3,45}):(\d{1,5}) \[[^\]]{20,32}\] (\S{1,128}) ([^\s/]{1,128})\/(\S{1,128}) ([-+\d/]{3,60}) (?:([1-5]\d\d|-1) )?\+?(\d{1,12}) /

/** Parses the HTTP and TCP logs of HAProxy: the client, the frontend and server, the status, and the request. */
export const readHaproxy = (message: string, fields: Draft): boolean => {
  const match = line.exec(message.slice(0, 700))
  if (!match) return false
  const [, address = '', port, frontend = '', backend = '', server = '', times = '', status, bytes] = match
  if (!setAddress(fields, 'source', address)) return false
  setIfAbsent(fields, 'source.port', Number(port))
  setIfAbsent(fields, 'haproxy.frontend', frontend)
  setIfAbsent(fields, 'haproxy.backend', backend)
  if (server !== '<NOSRV>') setIfAbsent(fields, 'haproxy.server', server)
  setIfAbsent(fields, 'http.response.bytes', Number(bytes))
  // The last of the five times of a request is its total in ms. Those of a TCP session say how long it was open.
  const total = /^(?:-?\d+\/){4}\+?(\d+)$/.exec(times)?.[1]
  if (total !== undefined) setIfAbsent(fields, 'event.duration', Number(total) * 1e6)
  setIfAbsent(fields, 'event.category', 'web')
  const request = /"([A-Z]{3,10} \S{1,8192}(?: HTTP\/\d(?:\.\d)?)?)"$/.exec(message)?.[1]
  if (request !== undefined) readRequest(request, fields)
  setStatus(fields, status)
  return true
}
