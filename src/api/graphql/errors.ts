import { type ExecutionResult, type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { AppError } from '../../errors.ts'
import { toAppError, toProblem } from '../problem.ts'

/** The receiver of the failures of one request. */
export interface Reporter {
  readonly requestId: string
  /** Called with internal errors. */
  failed(error: unknown): void
}

/** Formats the errors of an answer like the REST API: `extensions` contains code, status and hint. */
export const tellErrors = ({ data, errors }: ExecutionResult, reporter: Reporter): FormattedExecutionResult => ({
  ...(errors && { errors: errors.map((error) => tellError(error, reporter)) }),
  ...(data !== undefined && { data }),
})

/** Presents a thrown value; an unexpected one reveals nothing of itself. */
export const tellError = (thrown: unknown, { requestId, failed }: Reporter): GraphQLFormattedError => {
  const at = thrown instanceof GraphQLError ? thrown : undefined
  const cause = at ? causeOf(at) : thrown
  const error = at && cause === undefined ? refused(at) : toAppError(cause)
  if (error.status >= 500 && !error.retryable) failed(cause)
  const { title, detail, ...extensions } = toProblem(error, requestId)
  return {
    message: detail ?? title,
    ...(at?.locations && { locations: at.locations }),
    ...(at?.path && { path: at.path }),
    extensions,
  }
}

/** The failure behind an error; undefined when the graph itself refused. It wraps its own errors about values of variables once more. */
const causeOf = ({ originalError }: GraphQLError): Error | undefined =>
  originalError instanceof GraphQLError ? causeOf(originalError) : originalError

/** Presents refusals of GraphQL itself: a text that is no query, or that selects an unknown field. */
const refused = ({ message }: GraphQLError): AppError => new AppError('INVALID_REQUEST', message)
