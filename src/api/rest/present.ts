import { z } from 'zod'
import type { Present } from './route.ts'

const list = z.object({ next_cursor: z.string() })
const versioned = z.object({ id: z.string(), version: z.int() })

/** Presents an answer as JSON: the next page of a list is also in a header, and a version is the ETag. */
export const presentAnswer: Present = (answer, request, reply) => {
  const page = list.safeParse(answer)
  if (page.success) {
    const next = new URL(request.url, 'http://here')
    next.searchParams.set('cursor', page.data.next_cursor)
    reply.header('link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  const thing = versioned.safeParse(answer)
  if (thing.success) reply.header('etag', `"${thing.data.version}"`)
  return answer
}
