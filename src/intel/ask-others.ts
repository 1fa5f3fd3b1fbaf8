import { z } from 'zod'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { createBreaker, createMinuteLimit } from '../lib/breaker/breaker.ts'
import { unlessAborted } from '../lib/deadline/deadline.ts'
import { type Observable, type ObservableType, observableType, report } from '../schema/indicator.ts'
import type { AnswerKeeper } from './keeper.ts'
import type { Entry, Provider } from './provider.ts'
import { indicatorId } from './sum-up.ts'

/** Somebody who can be asked about one value. */
export interface Other {
  readonly name: string
  readonly types: readonly ObservableType[]
  readonly daily: number
  readonly perMinute: number
  readonly provider: Provider
}

/** What one of them said. */
export interface Answer {
  readonly source: string
  /** Undefined: knows nothing of it. */
  readonly entry: Extract<Entry, { readonly kind: 'report' | 'benign' }> | undefined
  /** Until when it is remembered, in ms. */
  readonly expiresAt: number
}

export interface Asked {
  readonly answers: readonly Answer[]
  /** Who could not be asked, about what, and why. */
  readonly missing: readonly string[]
}

interface AskOthersOptions {
  readonly others: readonly Other[]
  readonly keeper: AnswerKeeper
  /** How long answers are remembered, in ms: those that know something, and those that do not. */
  readonly remember: { readonly found: number; readonly nothing: number }
  /** How long one answer may take, in ms. */
  readonly timeout: number
  readonly now: () => number
  readonly log: Log
}

const kept = z.object({
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
 * Asks everybody who knows of a type about a value: from memory where they were asked lately, else within their quotas, and not while they
 * do not answer. Always answers; only an aborted signal ends it.
 */
export const createAskOthers = ({ others, keeper, remember, timeout, now, log }: AskOthersOptions) => {
  const states = new Map(
    others.map((other) => [
      other.name,
      { breaker: createBreaker(now), mayAsk: createMinuteLimit(other.perMinute, now) },
    ]),
  )
  const running = new Map<string, Promise<Answer | string>>()

  const recall = async (source: string, id: string): Promise<Answer | undefined> => {
    const known = await keeper.get(source, id, now())
    const parsed = known && kept.safeParse(known.answer)
    return parsed?.success
      ? { source, entry: parsed.data.entry ?? undefined, expiresAt: parsed.data.expiresAt }
      : undefined
  }

  /** Asks one; the text is why it could not be asked. */
  const askOne = async (other: Other, observable: Observable, signal: AbortSignal): Promise<Answer | string> => {
    const { name, daily, provider } = other
    const id = indicatorId(observable)
    const known = await recall(name, id)
    if (known) return known
    const state = states.get(name)
    const until = state?.breaker.closedUntil()
    if (until !== undefined) return `it did not answer lately; it is asked again after ${clock(until)}`
    if (state && !state.mayAsk()) return `more than ${other.perMinute} questions a minute are not allowed`
    if (!(await keeper.take(name, now(), daily))) return `its daily quota of ${daily} is used up`
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    try {
      const entry = await unlessAborted(provider.lookup?.(observable, limit) ?? Promise.resolve(undefined), limit)
      state?.breaker.succeeded()
      const usable = entry?.kind === 'report' || entry?.kind === 'benign' ? entry : undefined
      const expiresAt = now() + (usable ? remember.found : remember.nothing)
      await keeper.save(name, id, { entry: usable ?? null, expiresAt }, expiresAt)
      return { source: name, entry: usable, expiresAt }
    } catch (error) {
      // Whoever gave up waiting is not the neighbour's fault, unless it is the neighbour that was waited for.
      if (signal.aborted) throw error
      const wait = error instanceof AppError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0
      state?.breaker.failed(wait)
      const reason = limit.aborted ? `it did not answer within ${timeout / 1000} s` : messageOf(error)
      log.warn({ source: name, reason }, 'Somebody could not be asked about a value.')
      return reason
    }
  }

  return {
    /** Until when those that did not answer lately are left alone, in ms, by name. */
    resting: (): ReadonlyMap<string, number> =>
      new Map(
        [...states].flatMap(([name, { breaker }]) => {
          const until = breaker.restsUntil()
          return until === undefined ? [] : [[name, until] as const]
        }),
      ),

    async ask(observable: Observable, signal: AbortSignal): Promise<Asked> {
      const answers: Answer[] = []
      const missing: string[] = []
      await Promise.all(
        others.map(async (other) => {
          if (!other.types.includes(observable.type)) return
          // Several alerts about the same value ask once.
          const key = `${other.name} ${indicatorId(observable)}`
          const asking = running.get(key) ?? askOne(other, observable, signal).finally(() => running.delete(key))
          running.set(key, asking)
          try {
            const answer = await asking
            if (typeof answer === 'string') missing.push(`${other.name} about ${observable.value}: ${answer}`)
            else answers.push(answer)
          } catch (error) {
            missing.push(`${other.name} about ${observable.value}: the time was up`)
            if (!signal.aborted) log.warn({ source: other.name, reason: messageOf(error) }, 'A question was given up.')
          }
        }),
      )
      return { answers, missing: missing.sort() }
    },
  }
}

export type AskOthers = ReturnType<typeof createAskOthers>

const clock = (time: number): string => `${new Date(time).toISOString().slice(11, 19)} UTC`
