import type { ReadToken } from '../rest/route.ts'

/** Reads the token after a scheme in `Authorization`: `Bearer TOKEN`, `Splunk TOKEN`. */
export const afterScheme =
  (scheme: string): ReadToken =>
  ({ authorization = '' }) => {
    const [name, token] = authorization.split(' ', 2)
    return name?.toLowerCase() === scheme.toLowerCase() ? token : undefined
  }

/** Reads the password of `Authorization: Basic`, or the user name if there is no password. */
export const fromBasic: ReadToken = (headers) => {
  const sent = afterScheme('basic')(headers)
  if (sent === undefined) return undefined
  const pair = Buffer.from(sent, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 ? pair : pair.slice(colon + 1) || pair.slice(0, colon)
}

/** Reads a header that contains nothing but the token. */
export const fromHeader =
  (name: string): ReadToken =>
  (headers) => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  }

/** Tries one form after the other. */
export const firstToken =
  (...forms: readonly ReadToken[]): ReadToken =>
  (headers) => {
    for (const form of forms) {
      const token = form(headers)
      if (token !== undefined) return token
    }
    return undefined
  }
