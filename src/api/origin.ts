import type { IncomingHttpHeaders } from 'node:http'

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
