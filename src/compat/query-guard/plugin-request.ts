import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../errors.ts'

type Fields = Readonly<Record<string, unknown>>

/** A fault that names what is missing is told with their names. */
const missing = (message: string, names: readonly string[]): AppError =>
  new AppError('INVALID_REQUEST', message, { errors: names.map((path) => ({ path, message: 'missing' })) })

/** What a fault says is missing; undefined when it is about something else. */
export const faultIn = ({ errors }: AppError): readonly string[] | undefined =>
  errors.length > 0 && errors.every(({ message }) => message === 'missing') ? errors.map(({ path }) => path) : undefined

const fault = (message: string): AppError => new AppError('INVALID_REQUEST', message)

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads what the engine posts; what is wrong with it is told in the plug-in's words, and in its order. */
export const readPluginRequest = async (
  headers: IncomingHttpHeaders,
  readBody: () => Promise<unknown>,
): Promise<Fields> => {
  const role = headers['x-hasura-role']
  const user = headers['x-hasura-user']
  if (typeof role !== 'string') throw missing('Missing required headers', ['X-Hasura-Role'])
  const body = await readBody()
  if (body === undefined || body === null || (isFields(body) && Object.keys(body).length === 0)) {
    throw fault('Request body is required')
  }
  if (!isFields(body)) throw fault('Invalid request format')
  if (!('rawRequest' in body)) throw fault('rawRequest is required')
  if (!('response' in body)) throw fault('response is required')
  const { rawRequest, response } = body
  if (!isFields(rawRequest)) throw fault('Invalid rawRequest format')
  const absent = ['query', 'variables', 'operationName'].filter((name) => !(name in rawRequest))
  if (absent.length > 0) throw missing('Invalid rawRequest format', absent)
  const { query, variables, operationName } = rawRequest
  if (operationName === 'IntrospectionQuery') throw fault('Introspection queries are not allowed')
  if (!isFields(response)) throw fault('response must be an object with dataset keys')
  if (typeof query !== 'string' || query === '') throw fault('Invalid request format: query is not a text')
  return {
    query,
    variables,
    operation_name: typeof operationName === 'string' ? operationName : null,
    role,
    ...(typeof user === 'string' && { user }),
    datasets: datasetsOf(response),
  }
}

/** The datasets of a response: the lists in its `data`, or in itself where it has none. */
const datasetsOf = (response: Fields): Readonly<Record<string, readonly Fields[]>> => {
  const { data, errors, extensions, ...bare } = response
  const found = 'data' in response ? data : bare
  if (found === null) return {}
  if (!isFields(found)) throw fault('response must be an object with dataset keys')
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

/** Some wrap each record, with a time beside it. */
const recordOf = (item: unknown): Fields => {
  if (!isFields(item)) return { value: item }
  const { data, ...others } = item
  return isFields(data) && Object.keys(others).every((name) => name === 'timestamp') ? data : item
}
