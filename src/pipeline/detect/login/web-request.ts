import type { Event } from '../../../schema/event/event.ts'
import { isLoginPath } from '../../../schema/event/login-path.ts'

/** A request of an access log, with its client. */
export interface WebRequest {
  readonly event: Event
  readonly status: number
  readonly address: string
  readonly path: string
  readonly method: string | undefined
  /** Whether it sends something to a login page, such as a form. */
  readonly sendsLogin: boolean
}

/** Reads an event as a request; undefined if it is none, or names no client. */
export const readWebRequest = (event: Event): WebRequest | undefined => {
  const status = event.fields['http.response.status_code']
  if (typeof status !== 'number') return undefined
  const { 'source.ip': address, 'url.path': path, 'http.request.method': method } = event.fields
  if (typeof address !== 'string' || typeof path !== 'string') return undefined
  const sendsLogin = method === 'POST' && isLoginPath(path)
  return { event, status, address, path, method: typeof method === 'string' ? method : undefined, sendsLogin }
}
