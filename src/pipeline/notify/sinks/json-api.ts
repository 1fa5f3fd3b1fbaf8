import type { z } from 'zod'
import type { Runtime } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { post } from './post.ts'

interface JsonCall<Shape extends z.ZodType> {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'
  /** Below the URL of the API, with its query. */
  readonly path: string
  readonly body?: object
  /** The part of the answer that the caller needs. */
  readonly answer: Shape
  /** Statuses that mean that there is no such thing. */
  readonly missing?: readonly number[]
}

/** Calls a JSON API. Returns the answer; undefined for a status in `missing`. */
export type JsonApi = <Shape extends z.ZodType>(
  call: JsonCall<Shape>,
  signal: AbortSignal,
) => Promise<z.output<Shape> | undefined>

interface JsonApiOptions extends Pick<Runtime, 'fetch'> {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Creates a client of a JSON API. Errors are those of `post`, and one that can be retried for an answer of another shape. */
export const createJsonApi =
  ({ fetch, url, headers }: JsonApiOptions): JsonApi =>
  async ({ method, path, body, answer, missing = [] }, signal) => {
    const response = await post({
      fetch,
      url: `${url.replace(/\/+$/, '')}${path}`,
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      accepts: missing,
      signal,
    })
    const text = await response.text()
    if (!response.ok) return undefined
    const parsed = answer.safeParse(readJson(text))
    if (parsed.success) return parsed.data
    throw new AppError('SINK_REJECTED', `${new URL(url).origin} returned an unknown answer to ${method}.`, {
      hint: 'Check that the URL is that of the API.',
      retryable: true,
    })
  }

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
