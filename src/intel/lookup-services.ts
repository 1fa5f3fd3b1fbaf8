import { z } from 'zod'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { createBreaker, createMinuteLimit } from '../lib/breaker/breaker.ts'
import { unlessAborted } from '../lib/deadline/deadline.ts'
import { type Observable, type ObservableType, observableType, report } from '../schema/intelligence/indicator.ts'
import type { FeedEntry, Provider } from './provider.ts'
import type { AnswerStore } from './stores.ts'
import { indicatorId } from './summarize-indicator.ts'

/** An external service that can be queried about one value. */
export interface LookupService {
  readonly name: string
  readonly types: readonly ObservableType[]
  readonly daily: number
  readonly perMinute: number
  readonly provider: Provider
}

/** The answer of one service. */
interface ServiceAnswer {
  readonly source: string
  /** Undefined if the service has no data about the value. */
  readonly entry: Extract<FeedEntry, { readonly kind: 'report' | 'benign' }> | undefined
  /** When the cached answer expires, in ms. */
  readonly expiresAt: number
}

interface ServiceAnswers {
  readonly answers: readonly ServiceAnswer[]
  /** The failed queries: service, value and reason. */
  readonly missing: readonly string[]
}

interface LookupServicesOptions {
  readonly services: readonly LookupService[]
  readonly store: AnswerStore
  /** How long answers are cached, in ms: answers with data, and empty ones. */
  readonly remember: { readonly found: number; readonly nothing: number }
  /** The time limit of one query, in ms. */
  readonly timeout: number
  readonly now: () => number
  readonly log: Log
}

const cachedAnswer = z.object({
  entry: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('report'),
        observable: z.object({ type: observableType, value: z.string() }),
        report,
      }),
      z.object({
        kind: z.literal('benign'),
        list: z.string(),
        types: z.array(observableType),
        match: z.literal('exact'),
        value: z.string(),
      }),
    ])
    .nullable(),
  expiresAt: z.number(),
})

/**
 * Queries every service that covers the type of a value. Returns cached answers while they are valid, respects the quotas, and skips
 * services that do not respond. Failed queries are listed in the result. Throws only if the signal aborts.
 */
export const createLookupServices = ({ services, store, remember, timeout, now, log }: LookupServicesOptions) => {
  const states = new Map(
    services.map(({ name, perMinute }) => [
      name,
      { breaker: createBreaker(now), mayQuery: createMinuteLimit(perMinute, now) },
    ]),
  )
  const running = new Map<string, Promise<ServiceAnswer | string>>()

  const readCached = async (source: string, id: string): Promise<ServiceAnswer | undefined> => {
    const row = await store.get(source, id, now())
    const parsed = row && cachedAnswer.safeParse(row.answer)
    return parsed?.success
      ? { source, entry: parsed.data.entry ?? undefined, expiresAt: parsed.data.expiresAt }
      : undefined
  }

  /** Queries one service. Returns the reason as a string if the query is not possible. */
  const queryOne = async (
    service: LookupService,
    observable: Observable,
    signal: AbortSignal,
  ): Promise<ServiceAnswer | string> => {
    const { name, daily, perMinute, provider } = service
    const id = indicatorId(observable)
    const cached = await readCached(name, id)
    if (cached) return cached
    const state = states.get(name)
    const until = state?.breaker.closedUntil()
    if (until !== undefined) return `not responding, paused until ${formatClock(until)}`
    if (state && !state.mayQuery()) return `the limit of ${perMinute} queries per minute is reached`
    if (!(await store.take(name, now(), daily))) return `the daily quota of ${daily} is used up`
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    try {
      const entry = await unlessAborted(provider.lookup?.(observable, limit) ?? Promise.resolve(undefined), limit)
      state?.breaker.succeeded()
      const usable = entry?.kind === 'report' || entry?.kind === 'benign' ? entry : undefined
      const expiresAt = now() + (usable ? remember.found : remember.nothing)
      await store.save(name, id, { entry: usable ?? null, expiresAt }, expiresAt)
      return { source: name, entry: usable, expiresAt }
    } catch (error) {
      // The service did not fail if the caller gave up.
      if (signal.aborted) throw error
      const wait = error instanceof AppError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0
      state?.breaker.failed(wait)
      const reason = limit.aborted ? `no answer within ${timeout / 1000} s` : messageOf(error)
      log.warn({ source: name, reason }, 'Lookup failed.')
      return reason
    }
  }

  return {
    /** The services that did not respond, by name, with the time until which they are not queried, in ms. */
    pausedUntil: (): ReadonlyMap<string, number> =>
      new Map(
        [...states].flatMap(([name, { breaker }]) => {
          const until = breaker.restsUntil()
          return until === undefined ? [] : [[name, until] as const]
        }),
      ),

    async query(observable: Observable, signal: AbortSignal): Promise<ServiceAnswers> {
      const answers: ServiceAnswer[] = []
      const missing: string[] = []
      await Promise.all(
        services.map(async (service) => {
          const { name, types } = service
          if (!types.includes(observable.type)) return
          // Concurrent alerts about the same value share one query.
          const key = `${name} ${indicatorId(observable)}`
          const pending = running.get(key) ?? queryOne(service, observable, signal).finally(() => running.delete(key))
          running.set(key, pending)
          try {
            const answer = await pending
            if (typeof answer === 'string') missing.push(`${name} about ${observable.value}: ${answer}`)
            else answers.push(answer)
          } catch (error) {
            missing.push(`${name} about ${observable.value}: timed out`)
            if (!signal.aborted) log.warn({ source: name, reason: messageOf(error) }, 'Lookup cancelled.')
          }
        }),
      )
      return { answers, missing: missing.sort() }
    },
  }
}

export type LookupServices = ReturnType<typeof createLookupServices>

const formatClock = (time: number): string => `${new Date(time).toISOString().slice(11, 19)} UTC`
