import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Log } from '../../../component.ts'
import { type Breaker, createBreaker } from '../../../lib/breaker/breaker.ts'
import { pause } from '../../../lib/deadline/deadline.ts'
import type { ModelOpinion } from '../../../schema/triage/triage-result.ts'
import type { Budget } from './budget.ts'
import { callModel, type Question, type Usage } from './call-model.ts'
import type { LlmProvider } from './providers/provider.ts'

/** A model with its configured name. */
export interface NamedProvider {
  readonly name: string
  readonly provider: LlmProvider
}

/** Stores answers and their usage. */
export interface AnswerKeeper {
  recall(id: string, at: number): Promise<{ readonly answer: unknown } | undefined>
  keep(id: string, answer: unknown, expiresAt: number): Promise<void>
  record(call: {
    readonly id: string
    readonly time: number
    readonly alertId: string
    readonly provider: string
    readonly model: string
    readonly prompt: string
    readonly outcome: string
    readonly inputTokens: number
    readonly outputTokens: number
    readonly cost: number
    readonly durationMs: number
  }): Promise<void>
}

interface AskModelsOptions {
  /** In the order of preference. */
  readonly providers: readonly NamedProvider[]
  readonly budget: Budget
  readonly keeper: AnswerKeeper
  /** The timeout of one call, in ms. */
  readonly timeout: number
  /** How long answers are cached, in ms. */
  readonly remember: number
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly newId: () => string
  readonly log: Log
}

/** The context of a question, for budget and records. */
interface About {
  readonly alertId: string
  readonly incident: string
  readonly prompt: string
}

type Said = Pick<
  ModelOpinion,
  'provider' | 'model' | 'input_tokens' | 'output_tokens' | 'cost_usd' | 'duration_ms' | 'attempts'
>

/** The result of a question. */
export type AskResult<Answer> = Said &
  (
    | { readonly status: 'answered' | 'cached'; readonly answer: Answer; readonly reason: null }
    | { readonly status: 'failed' | 'skipped'; readonly answer: undefined; readonly reason: string }
  )

/** A person who waits for the answer. */
export interface Waiting {
  /** Whether to ask again although the answer is cached. */
  readonly anew: boolean
  /** Receives the incomplete and unchecked answer while it is generated, with the name of the model. */
  readonly watch?:
    | ((unfinished: unknown, from: { readonly provider: string; readonly model: string }) => void)
    | undefined
}

/** The longest delay before a second attempt, in ms. */
const longestWait = 5_000
const triesEach = 2

const kept = z.object({ answer: z.unknown(), inputTokens: z.number(), outputTokens: z.number() })

/**
 * Creates the function that asks language models. Returns a cached answer if there is one. Otherwise asks the models in order, within the
 * budget, with one retry each, and skips those that failed recently. Always answers; only the caller's signal ends it.
 */
export const createAskModels = ({
  providers,
  budget,
  keeper,
  timeout,
  remember,
  fetch,
  now,
  newId,
  log,
}: AskModelsOptions) => {
  const breakers = new Map<string, Breaker>(providers.map(({ name }) => [name, createBreaker(now)]))

  return {
    /** Until when to skip the models that failed recently, by name. */
    resting: (): ReadonlyMap<string, number> =>
      new Map(
        [...breakers].flatMap(([name, breaker]) => {
          const until = breaker.restsUntil()
          return until === undefined ? [] : [[name, until] as const]
        }),
      ),

    async ask<Schema extends z.ZodType>(
      question: Question<Schema>,
      about: About,
      signal: AbortSignal,
      waiting?: Waiting,
    ): Promise<AskResult<z.output<Schema>>> {
      for (const { name, provider } of waiting?.anew ? [] : providers) {
        const known = kept.safeParse((await keeper.recall(keyOf(name, provider, question), now()))?.answer)
        const answer = known.success ? question.schema.safeParse(known.data.answer) : undefined
        if (known.success && answer?.success) {
          const { inputTokens: input_tokens, outputTokens: output_tokens } = known.data
          const facts = {
            provider: name,
            model: provider.model,
            input_tokens,
            output_tokens,
            cost_usd: 0,
            duration_ms: 0,
          }
          return { status: 'cached', answer: answer.data, reason: null, attempts: [], ...facts }
        }
      }

      const attempts: Said['attempts'] = []
      let cost = 0
      let took = 0
      let reason = 'no model is configured'
      let called = false
      const said = ({ name, provider }: NamedProvider, tokens = { inputTokens: 0, outputTokens: 0 }): Said => ({
        provider: name,
        model: provider.model,
        input_tokens: tokens.inputTokens,
        output_tokens: tokens.outputTokens,
        cost_usd: cost / 1e6,
        duration_ms: took,
        attempts,
      })
      const note = ({ name, provider }: NamedProvider, outcome: string, duration_ms = 0) => {
        reason = `${name}: ${outcome}`
        attempts.push({ provider: name, model: provider.model, outcome, duration_ms })
      }

      for (const one of providers) {
        const { name, provider } = one
        const breaker = breakers.get(name)
        for (let attempt = 1; attempt <= triesEach; attempt++) {
          const until = attempt === 1 ? breaker?.closedUntil() : undefined
          if (until !== undefined) {
            note(one, `it failed recently; the next attempt is at ${new Date(until).toISOString().slice(11, 19)} UTC`)
            break
          }
          const reserved = await budget.reserve(provider, mostInput(question), question.mostAnswer, about.incident)
          if (typeof reserved === 'string') {
            note(one, reserved)
            break
          }
          called = true
          const started = performance.now()
          // Not every vendor supports streaming, so the retry asks for a complete answer.
          const hears = attempt === 1 ? waiting?.watch : undefined
          const watch = hears && ((unfinished: unknown) => hears(unfinished, { provider: name, model: provider.model }))
          const meter = async (outcome: string, usage: Usage | undefined): Promise<number> => {
            const duration = Math.round(performance.now() - started)
            const paid = await reserved.settle(usage)
            cost += paid
            took += duration
            await keeper.record({
              id: newId(),
              time: now(),
              alertId: about.alertId,
              provider: name,
              model: provider.model,
              prompt: about.prompt,
              outcome,
              inputTokens: usage?.inputTokens ?? 0,
              outputTokens: usage?.outputTokens ?? 0,
              cost: paid,
              durationMs: duration,
            })
            return duration
          }
          const reply = await callModel(provider, question, { fetch, signal, timeout, watch }).catch(
            async (error: unknown) => {
              // Charge the maximum, because the real usage is unknown.
              await meter('the caller cancelled the request', undefined)
              throw error
            },
          )
          const usage = reply.usage ?? (reply.ok || !reply.free ? undefined : { inputTokens: 0, outputTokens: 0 })
          const outcome = reply.ok ? 'answered' : reply.reason
          const duration = await meter(outcome, usage)
          if (reply.ok) {
            breaker?.succeeded()
            attempts.push({ provider: name, model: provider.model, outcome, duration_ms: duration })
            const tokens = usage ?? { inputTokens: 0, outputTokens: 0 }
            const key = keyOf(name, provider, question)
            await keeper.keep(key, { answer: reply.answer, ...tokens }, now() + remember)
            return { status: 'answered', answer: reply.answer, reason: null, ...said(one, tokens) }
          }
          note(one, reply.reason, duration)
          log.warn({ provider: name, reason: reply.reason }, 'A language model did not answer.')
          const mayHelp = reply.retryable || (reply.refused && hears !== undefined)
          if (!mayHelp || attempt === triesEach || reply.wait > longestWait) {
            breaker?.failed(reply.wait)
            break
          }
          if (!(await pause(Math.max(reply.wait, 200), signal))) throw signal.reason
        }
      }
      const last = providers.at(-1)
      const nobody = {
        provider: '',
        model: '',
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 0,
        duration_ms: 0,
        attempts,
      }
      return { status: called ? 'failed' : 'skipped', answer: undefined, reason, ...(last ? said(last) : nobody) }
    },
  }
}
export type AskModels = ReturnType<typeof createAskModels>

/** Estimates the maximum input: a token is at least one byte, plus the vendor's overhead. */
const mostInput = ({ instructions, question, schema }: Question): number =>
  Buffer.byteLength(instructions) + Buffer.byteLength(question) + JSON.stringify(z.toJSONSchema(schema)).length + 500

/** Returns the cache key of a question. */
const keyOf = (name: string, { model }: LlmProvider, { instructions, question, schema }: Question): string =>
  createHash('sha256')
    .update(JSON.stringify([name, model, instructions, question, z.toJSONSchema(schema)]))
    .digest('hex')
