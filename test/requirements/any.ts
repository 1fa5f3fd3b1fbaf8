import type { Promised } from '../requirements.ts'

export const anyPromises: readonly Promised[] = [
  {
    id: 'any.odd-bodies',
    promise:
      'JSON is read with a byte order mark, in UTF-16 with one, with a line’s end after it, and without a content type.',
  },
  {
    id: 'any.old-http',
    promise:
      'HTTP/1.0 is answered with a length, and the connection kept where that is asked for; Expect: 100-continue is answered.',
  },
  { id: 'any.no-body', promise: 'An empty body, {} or null is refused in words, never with a 500.' },
  {
    id: 'any.strange-names',
    promise: 'What stands in a query or a body that a system has no name for is left alone.',
  },
]
