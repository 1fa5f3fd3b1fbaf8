import type { Present } from './route.ts'

/** Answers in plain text, for metric scrapers. */
export const presentText: Present = (answer, _request, reply) => {
  reply.type('text/plain; version=0.0.4; charset=utf-8')
  return answer
}
