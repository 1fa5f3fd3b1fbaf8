import type { components } from './schema.d.ts'

type Problem = components['schemas']['Problem']

/** A refusal of the server, or its silence, as people read it. */
export class ApiProblem extends Error {
  readonly status: number
  /** Stable: code may match on it. `unreachable` when nobody answered. */
  readonly code: string
  readonly title: string
  readonly hint: string | undefined
  readonly requestId: string | undefined
  /** What is wrong with each part of the request. */
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

/** What goes wrong before a server can answer. */
export const unreachable = (): ApiProblem =>
  new ApiProblem({
    title: 'The server does not answer',
    status: 0,
    code: 'unreachable',
    detail: 'The server does not answer. It may be restarting, or the network is down.',
  })

/** Makes a problem of whatever was thrown. */
export const toProblem = (thrown: unknown): ApiProblem =>
  thrown instanceof ApiProblem
    ? thrown
    : new ApiProblem({
        title: 'The page failed',
        status: 0,
        code: 'page',
        detail: thrown instanceof Error ? thrown.message : String(thrown),
      })
