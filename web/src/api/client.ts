import createClient, { createQuerySerializer } from 'openapi-fetch'
import { siteUrl } from './base-path.ts'
import { restoreBidiControls, showBidiControls } from './bidi-controls.ts'
import { ApiProblem, unreachable } from './problem.ts'
import type { components, paths } from './schema.d.ts'

const serializeQuery = createQuerySerializer()

/** The REST API client, typed by the OpenAPI document that the server publishes. */
export const api = createClient<paths>({
  baseUrl: siteUrl,
  querySerializer: (query) => serializeQuery(JSON.parse(restoreBidiControls(JSON.stringify(query)))),
  bodySerializer: (body) => restoreBidiControls(JSON.stringify(body)),
})

api.use({
  async onResponse({ response }) {
    if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return undefined
    const { status, statusText, headers } = response
    return new Response(showBidiControls(await response.text()), { status, statusText, headers })
  },
})

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
