import createClient from 'openapi-fetch'
import { ApiProblem, unreachable } from './problem.ts'
import type { components, paths } from './schema.d.ts'

/** The REST API, typed by the reference that the server serves. */
export const api = createClient<paths>({ baseUrl: location.origin })

/** The nouns of the API: `Noun<'Incident'>`. */
export type Noun<Name extends keyof components['schemas']> = components['schemas'][Name]

interface Answer<Data> {
  readonly data?: Data
  readonly error?: Noun<'Problem'>
  readonly response: Response
}

/** Waits for an answer; throws an `ApiProblem` when there is none, or a refusal. */
export const answerOf = async <Data>(asked: Promise<Answer<Data>>): Promise<Data> => {
  const { data, error, response } = await asked.catch(() => {
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
