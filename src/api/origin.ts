import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/**
 * Tells whether a request that changes something comes from our own pages. A browser sends a session's cookie by itself, so a
 * cookie proves who somebody is, not that they wanted this. Browsers say where a request comes from; what does not say is refused.
 */
export const isSameOrigin = (headers: IncomingHttpHeaders, ownOrigins: readonly string[]): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return headers.origin !== undefined && ownOrigins.includes(headers.origin)
}

/** Tells whether a browser says that another site sends this; programs say nothing and pass. */
export const isCrossSite = (headers: IncomingHttpHeaders, ownOrigins: readonly string[]): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return headers.origin !== undefined && !ownOrigins.includes(headers.origin)
}

/**
 * The names by which a server that listens on loopback can be asked; undefined when it listens elsewhere. A page that makes its own name
 * mean this machine asks by that name, and gives itself away.
 */
export const loopbackNames = (host: string): readonly string[] | undefined =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
    ? ['localhost', '127.0.0.1', '[::1]', '::1', host]
    : undefined
