import createClient from 'openapi-fetch'
import { ApiProblem, unreachable } from './problem.ts'
import type { components, paths } from './schema.d.ts'

/** The REST API client, typed by the OpenAPI document that the server publishes. */
export const api = createClient<paths>({ baseUrl: location.origin })

/** A schema of the API: `Noun<'Incident'>`. */
export type Noun<Name extends keyof components['schemas']> = components['schemas'][Name]

interface Answer<Data> {
  readonly data?: Data
  readonly error?: Noun<'Problem'>
  readonly response: Response
}

/** Returns the data of a response. Throws an `ApiProblem` on an error response or when the server is unreachable. */
export const answerOf = async <Data>(request: Promise<Answer<Data>>): Promise<Data> => {
  const { data, error, response } = await request.catch(() => {
    throw unreachable()
  })
  if (response.ok && data !== undefined) return data
  throw new ApiProblem({
    title: error?.title ?? `The server answered ${response.status}`,
    status: response.status,
    code: error?.code ?? 'unexpected',
    ...error,
  })
}
