import type { components } from './schema.d.ts'

type Problem = components['schemas']['Problem']

/** An error response, or the lack of a response, ready for display. */
export class ApiProblem extends Error {
  readonly status: number
  /** Stable, so code may match on it. `unreachable` when the server did not respond. */
  readonly code: string
  readonly title: string
  readonly hint: string | undefined
  readonly requestId: string | undefined
  /** Errors in individual parts of the request. */
  readonly errors: NonNullable<Problem['errors']>

  constructor(problem: Partial<Problem> & Pick<Problem, 'title' | 'status' | 'code'>) {
    super(problem.detail ?? problem.title)
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.hint = problem.hint
    this.requestId = problem.request_id
    this.errors = problem.errors ?? []
  }
}

/** Creates the problem for a server that did not respond. */
export const unreachable = (): ApiProblem =>
  new ApiProblem({
    title: 'Server unreachable',
    status: 0,
    code: 'unreachable',
    detail: 'The server is not responding. It may be restarting, or the network may be down.',
  })

/** Converts any thrown value to a problem. */
export const toProblem = (thrown: unknown): ApiProblem =>
  thrown instanceof ApiProblem
    ? thrown
    : new ApiProblem({
        title: 'Page error',
        status: 0,
        code: 'page',
        detail: thrown instanceof Error ? thrown.message : String(thrown),
      })
