import { type Draft, longestValue } from '../draft.ts'
import { cacheWords, shareWord } from './recurring-words.ts'

const readMethod = cacheWords((word) => (/^[A-Za-z_-]{2,24}$/.test(word) ? word : undefined))

/** Parses `GET /path?query HTTP/1.1`. Keeps other requests as they are. */
export const readRequest = (request: string, fields: Draft): void => {
  const blank = request.indexOf(' ')
  const method = blank < 0 ? undefined : readMethod(request, 0, blank)
  if (method === undefined) {
    if (request !== '-' && request !== '') fields['http.request.line'] = request.slice(0, longestValue)
    return
  }
  fields['http.request.method'] = method
  const version = request.lastIndexOf(' HTTP/')
  const target = request.slice(blank + 1, version > blank ? version : undefined)
  if (version > blank) fields['http.version'] = shareWord(request, version + 6)
  readTarget(method, target, fields)
}

/** Parses a request target: `/path?query`, or a proxy's `http://host/path?query` and `host:port`. */
export const readTarget = (method: string, target: string, fields: Draft): void => {
  fields['url.original'] = target.slice(0, longestValue)
  const pathAt = target.startsWith('/') ? 0 : pathStart(method, target, fields)
  const query = target.indexOf('?', pathAt)
  const path = target.slice(pathAt, query < 0 ? undefined : query).slice(0, longestValue)
  fields['url.path'] = path
  if (query >= 0) fields['url.query'] = target.slice(query + 1, query + 1 + longestValue)
  if (pathAt === 0) return
  const extension = /\.(\w{1,10})$/.exec(path.slice(-11))?.[1]
  if (extension !== undefined) fields['url.extension'] = extension
}

/** Sets the host of `http://host/path` and returns the start of its path. */
const pathStart = (method: string, target: string, fields: Draft): number => {
  if (method === 'CONNECT') {
    const end = /:\d{1,5}$/.exec(target)?.index
    if (end !== undefined) fields['url.domain'] = target.slice(0, end)
    return 0
  }
  const scheme = target.indexOf('://')
  if (scheme < 0 || scheme > 8) return 0
  const path = target.indexOf('/', scheme + 3)
  fields['url.domain'] = target.slice(scheme + 3, path < 0 ? undefined : path).replace(/:\d{1,5}$/, '')
  return path < 0 ? target.length : path
}
