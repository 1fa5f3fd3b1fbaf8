import { toProblem } from '../problem.ts'
import type { Present, Refuse } from './route.ts'

const version = '1.0'

/** Wraps an answer in the envelope that senders of SecurityAlerts expect. `id` names the member with the ID of the request. */
export const presentIn =
  (id: string): Present =>
  (answer, request) => ({
    success: true,
    data: answer,
    meta: metaOf(
      typeof answer === 'object' && answer !== null && id in answer
        ? String(Object.entries(answer).find(([name]) => name === id)?.[1])
        : request.id,
    ),
  })

/** Wraps a failure in the same envelope, with the members of a problem: readers of either find their fields. */
export const refuseInEnvelope: Refuse = (error, request) => {
  const problem = toProblem(error, request.id, request.url.split('?', 1)[0])
  const [first] = error.errors
  return {
    status: error.status,
    type: 'application/problem+json',
    body: {
      ...problem,
      success: false,
      error: {
        code: error.status === 400 || error.status === 422 ? 'VALIDATION_ERROR' : error.code,
        message: problem.detail ?? problem.title,
        details: first ? { field: first.path, reason: first.message, errors: problem.errors } : null,
      },
      meta: metaOf(request.id),
    },
  }
}

const metaOf = (request_id: string) => ({ timestamp: new Date().toISOString(), request_id, version })
