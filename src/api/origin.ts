import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { AppError } from '../errors.ts'

/**
 * Checks whether a request that changes something comes from our own pages. A browser attaches the session cookie automatically, so a
 * cookie proves who the user is, but not that they sent the request. Browsers send the origin of a request; requests without it are
 * refused.
 */
export const isSameOrigin = (headers: IncomingHttpHeaders, ownOrigins: readonly string[]): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return headers.origin !== undefined && ownOrigins.includes(headers.origin)
}

/** Checks whether a browser reports that another site sends the request. Programs send no origin and pass. */
export const isCrossSite = (headers: IncomingHttpHeaders, ownOrigins: readonly string[]): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return headers.origin !== undefined && !ownOrigins.includes(headers.origin)
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]', '::1']

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/**
 * The host names that requests may use; undefined when any will do. A page that points its own name at this machine (DNS rebinding) sends
 * that name, so a server on loopback accepts only the names of loopback and those that the operator allows: exact names, or
 * `*.example.org` for every name below a domain, or `*`; and the name of its public address. A server on another address checks only
 * when names are allowed.
 */
export const acceptedHosts = (
  listensOn: string,
  allowed: readonly string[],
  publicUrl: string | undefined,
): readonly string[] | undefined =>
  allowed.includes('*') || (!isLoopback(listensOn) && allowed.length === 0)
    ? undefined
    : [
        ...loopbackNames,
        listensOn,
        ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname]),
        ...allowed.map((name) => name.toLowerCase()),
      ]

/** Refuses a request for a host name that is not accepted. Throws FORBIDDEN. */
export const requireAcceptedHost = (accepted: readonly string[] | undefined, hostname: string): void => {
  const asked = hostname.toLowerCase()
  const matches = (name: string) => (name.startsWith('*.') ? asked.endsWith(name.slice(1)) : asked === name)
  if (accepted === undefined || accepted.some(matches)) return
  throw new AppError('FORBIDDEN', `Unknown host "${hostname.slice(0, 80)}".`, {
    hint: 'Add it to `server.allowed_hosts`, or use the address that the server printed when it started.',
  })
}
