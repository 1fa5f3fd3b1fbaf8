import type { z } from 'zod'
import { messageOf } from '../../../errors.ts'
import { hour } from '../../../lib/units/time.ts'
import { boundedFetch } from './bounded-fetch.ts'
import type { LlmProvider } from './providers/provider.ts'

/** A question for a model. */
export interface Question<Schema extends z.ZodType = z.ZodType> {
  readonly instructions: string
  readonly question: string
  readonly schema: Schema
  /** In tokens. */
  readonly mostAnswer: number
  /** Set for a conversation in plain text, instead of a question with a schema. The answer is `{ text, finishReason }`. */
  readonly talk?: {
    readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[]
    readonly temperature: number
    readonly topP: number
  }
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

export type ModelCallResult<Answer> =
  | { readonly ok: true; readonly answer: Answer; readonly usage: Usage | undefined }
  | {
      readonly ok: false
      readonly reason: string
      /** The usage that the vendor reported, if any. */
      readonly usage: Usage | undefined
      /** Whether the call was free, because it failed before a model answered. */
      readonly free: boolean
      readonly retryable: boolean
      /** Whether the model does not accept such a question. */
      readonly refused: boolean
      /** The vendor's retry delay, in ms. */
      readonly wait: number
    }

interface CallOptions {
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal
  readonly timeout: number
  /** Streams the answer and receives it incomplete and unchecked. */
  readonly watch?: ((unfinished: unknown) => void) | undefined
}

/** Calls one model once, without tools. Never rejects, except when the caller's signal aborts. */
export const callModel = async <Schema extends z.ZodType>(
  provider: LlmProvider,
  { instructions, question, schema, mostAnswer, talk }: Question<Schema>,
  { fetch, signal, timeout, watch }: CallOptions,
): Promise<ModelCallResult<z.output<Schema>>> => {
  const limit = AbortSignal.timeout(timeout)
  try {
    const { generateText, streamText, Output } = await library()
    const call = {
      model: await provider.open(boundedFetch(fetch)),
      instructions,
      maxOutputTokens: mostAnswer,
      maxRetries: 0,
      abortSignal: AbortSignal.any([signal, limit]),
      ...(provider.vendorOptions && { providerOptions: { ...provider.vendorOptions } }),
    }
    if (talk) {
      const { messages, temperature, topP } = talk
      const { text, finishReason, usage } = await generateText({ ...call, messages: [...messages], temperature, topP })
      return { ok: true, answer: schema.parse({ text, finishReason }), usage: usageOf(usage) }
    }
    const asked = { ...call, prompt: question, output: Output.object({ schema }) }
    if (!watch) {
      const { output, usage } = await generateText(asked)
      // Unsupported questions were rejected above, which the compiler cannot know.
      return { ok: true, answer: schema.parse(output), usage: usageOf(usage) }
    }
    // The first error explains more than those that follow from it.
    let broken: unknown
    const stream = streamText({ ...asked, onError: ({ error }) => (broken ??= error) })
    try {
      for await (const unfinished of stream.partialOutputStream) watch(unfinished)
      // Each property is a promise that is created on access and may reject.
      const answer = schema.parse(await stream.output)
      if (broken !== undefined) throw broken
      return { ok: true, answer, usage: usageOf(await stream.usage) }
    } catch (error) {
      throw broken ?? error
    }
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) {
      const reason = `it did not answer within ${timeout / 1000} s`
      return { ok: false, reason, usage: undefined, free: false, retryable: false, refused: false, wait: 0 }
    }
    return explain(error)
  }
}

const library = async () => {
  // The library writes warnings to standard output, which is reserved.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
  return import('ai')
}

type Failure = Extract<ModelCallResult<never>, { ok: false }>

const explain = async (error: unknown): Promise<Failure> => {
  const {
    APICallError,
    InvalidResponseDataError,
    NoObjectGeneratedError,
    NoOutputGeneratedError,
    StreamProviderError,
  } = await library()
  const failure = (reason: string, more: Partial<Failure> = {}): Failure => ({
    ok: false,
    reason,
    usage: undefined,
    free: false,
    retryable: false,
    refused: false,
    wait: 0,
    ...more,
  })
  if (APICallError.isInstance(error)) {
    const { statusCode: status, responseHeaders } = error
    const wait = waitOf(responseHeaders)
    if (status === undefined) return failure('it is unreachable', { retryable: true, free: neverArrived(error) })
    if (status === 429) return failure('it is busy (429)', { free: true, retryable: true, wait })
    if (status === 401 || status === 403)
      return failure(`it rejected the API key (${status})`, { free: true, wait: hour })
    if (status >= 500) return failure(`it failed (${status})`, { free: true, retryable: true, wait })
    if (status >= 400) return failure(`it rejected the question (${status})`, { free: true, refused: true })
    return error.isRetryable
      ? failure('its answer was interrupted', { retryable: true })
      : failure('its answer is invalid')
  }
  if (NoObjectGeneratedError.isInstance(error)) {
    const usage = usageOf(error.usage)
    if (error.finishReason === 'length') return failure('its answer was cut off', { usage })
    if (error.finishReason === 'content-filter') return failure('it refused to answer', { usage })
    return failure('its answer does not match the schema', { usage })
  }
  if (StreamProviderError.isInstance(error)) return failure('it failed during its answer', { retryable: true })
  if (InvalidResponseDataError.isInstance(error)) return failure('its answer was interrupted', { retryable: true })
  if (NoOutputGeneratedError.isInstance(error)) return failure('it gave no answer')
  return failure(messageOf(error).slice(0, 200), { retryable: error instanceof TypeError })
}

/** Whether the request cannot have reached the vendor. */
const neverArrived = (error: unknown, depth = 0): boolean =>
  error instanceof Error &&
  (('code' in error && unheard.some((code) => code === error.code)) ||
    (depth < 4 && neverArrived(error.cause, depth + 1)))
const unheard = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

const waitOf = (headers: Readonly<Record<string, string>> | undefined): number => {
  const ms = Number(headers?.['retry-after-ms'])
  if (ms > 0) return Math.min(hour, ms)
  const seconds = Number(headers?.['retry-after'])
  return seconds > 0 ? Math.min(hour, seconds * 1000) : 0
}

const usageOf = (
  usage: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined } | undefined,
): Usage | undefined =>
  usage?.inputTokens === undefined || usage.outputTokens === undefined
    ? undefined
    : { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }
