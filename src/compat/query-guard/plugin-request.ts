import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../errors.ts'

type Fields = Readonly<Record<string, unknown>>

/** An error for missing fields; `missingIn` reads their names back. */
const missing = (message: string, names: readonly string[]): AppError =>
  new AppError('INVALID_REQUEST', message, { errors: names.map((path) => ({ path, message: 'missing' })) })

/** Returns the missing fields of an error; undefined for any other error. */
export const missingIn = ({ errors }: AppError): readonly string[] | undefined =>
  errors.length > 0 && errors.every(({ message }) => message === 'missing') ? errors.map(({ path }) => path) : undefined

const invalid = (message: string): AppError => new AppError('INVALID_REQUEST', message)

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a request of the engine. Checks it in the order of the plug-in, with its messages. */
export const readPluginRequest = async (
  headers: IncomingHttpHeaders,
  readBody: () => Promise<unknown>,
): Promise<Fields> => {
  const role = headers['x-hasura-role']
  const user = headers['x-hasura-user']
  if (typeof role !== 'string') throw missing('Missing required headers', ['X-Hasura-Role'])
  const body = await readBody()
  if (body === undefined || body === null || (isFields(body) && Object.keys(body).length === 0)) {
    throw invalid('Request body is required')
  }
  if (!isFields(body)) throw invalid('Invalid request format')
  if (!('rawRequest' in body)) throw invalid('rawRequest is required')
  if (!('response' in body)) throw invalid('response is required')
  const { rawRequest, response } = body
  if (!isFields(rawRequest)) throw invalid('Invalid rawRequest format')
  const absent = ['query', 'variables', 'operationName'].filter((name) => !(name in rawRequest))
  if (absent.length > 0) throw missing('Invalid rawRequest format', absent)
  const { query, variables, operationName } = rawRequest
  if (operationName === 'IntrospectionQuery') throw invalid('Introspection queries are not allowed')
  if (!isFields(response)) throw invalid('response must be an object with dataset keys')
  if (typeof query !== 'string' || query === '') throw invalid('Invalid request format: query is not a text')
  return {
    query,
    variables,
    operation_name: typeof operationName === 'string' ? operationName : null,
    role,
    ...(typeof user === 'string' && { user }),
    datasets: datasetsOf(response),
  }
}

/** The datasets of a response: the members of `data`, or of the response itself. */
const datasetsOf = (response: Fields): Readonly<Record<string, readonly Fields[]>> => {
  const { data, errors, extensions, ...bare } = response
  const found = 'data' in response ? data : bare
  if (found === null) return {}
  if (!isFields(found)) throw invalid('response must be an object with dataset keys')
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, recordsOf(value)]))
}

/** A dataset is a list of records, one record, or a connection with `nodes` or `edges`. */
const recordsOf = (value: unknown): readonly Fields[] => {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.map(recordOf)
  if (!isFields(value)) return [{ value }]
  if (Array.isArray(value.nodes)) return value.nodes.map(recordOf)
  if (Array.isArray(value.edges)) {
    return value.edges.map((edge: unknown) => recordOf(isFields(edge) && 'node' in edge ? edge.node : edge))
  }
  return [recordOf(value)]
}

/** Unwraps records that come as `{ data, timestamp }`. */
const recordOf = (item: unknown): Fields => {
  if (!isFields(item)) return { value: item }
  const { data, ...others } = item
  return isFields(data) && Object.keys(others).every((name) => name === 'timestamp') ? data : item
}
