import { callModel, type Question } from './call-model.ts'
import type { LlmProvider } from './providers/provider.ts'

/** A request as it would be sent. */
export interface PreviewedCall {
  readonly model: string
  readonly method: string
  readonly url: string
  /** Without API keys. */
  readonly headers: Readonly<Record<string, string>>
  /** The exact body. */
  readonly body: string
}

const telling = ['content-type', 'anthropic-version', 'anthropic-beta', 'user-agent']

/** Returns the exact request to a model, by calling it with a fetch that sends nothing. */
export const previewCall = async (
  provider: LlmProvider,
  question: Question,
  /** Whether the answer would be streamed. */
  streamed: boolean,
): Promise<PreviewedCall> => {
  let sent: Omit<PreviewedCall, 'model'> | undefined
  const nowhere: typeof globalThis.fetch = async (url, init) => {
    const headers = [...new Headers(init?.headers)].filter(([name]) => telling.includes(name))
    sent = {
      method: init?.method ?? 'GET',
      url: String(url).replace(/([?&]key=)[^&]*/, '$1<redacted>'),
      headers: Object.fromEntries(headers),
      body: String(init?.body ?? ''),
    }
    throw new TypeError('this was a preview')
  }
  const reply = await callModel(provider, question, {
    fetch: nowhere,
    signal: new AbortController().signal,
    timeout: 10_000,
    watch: streamed ? () => undefined : undefined,
  })
  if (!sent) throw new Error(`The request cannot be shown: ${reply.ok ? 'it was answered' : reply.reason}`)
  return { model: provider.model, ...sent }
}
