import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Runtime } from '../component.ts'
import { AppError } from '../errors.ts'
import { type Observable, report } from '../schema/indicator.ts'
import type { Entry, IntelComponent, Provider, Pulled, Since } from './provider.ts'
import { startWire, type Wire, type WireRequest } from './wire.fake.ts'

const never: Since = { etag: null, lastModified: null, cursor: null }
const secret = 'a-key-that-nobody-sees'
const now = Date.UTC(2026, 0, 5, 8)

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const runtime: Runtime = { now: () => now, fetch, log: silent, signal: new AbortController().signal }

/** What is wrong with an answer, and whether asking again may help. */
const troubles: readonly (readonly [name: string, answer: ReturnType<Wire['answer']>, retryable: boolean])[] = [
  ['429', { status: 429, headers: { 'retry-after': '77' }, body: '{"error":{"code":"QuotaExceededError"}}' }, true],
  ['500', { status: 500, body: 'oops' }, true],
  ['503', { status: 503 }, true],
  ['401', { status: 401, body: '{"error":"no"}' }, false],
  ['403', { status: 403 }, false],
  ['a connection that breaks', { body: '{"data": ["something that is long enough to be cut"]}', cut: true }, true],
]

const failureOf = async (work: () => Promise<unknown>): Promise<AppError> => {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`It was to fail in words for an operator: ${String(error)}`)
  expect(error.code).toBe('SOURCE_FAILED')
  expect(`${error.message} ${error.hint}`).not.toContain(secret)
  expect(error.message).toMatch(/\w.*\.$|: .+$/)
  expect(error.hint ?? '').not.toBe('')
  return error
}

const startEach = () => {
  const started: { wire: Wire | undefined } = { wire: undefined }
  beforeEach(async () => {
    started.wire = await startWire(() => ({ status: 404 }))
  })
  afterEach(() => started.wire?.close())
  return () => {
    if (!started.wire) throw new Error('The server has not been started.')
    return started.wire
  }
}

const entriesOf = async ({ entries }: Pulled): Promise<readonly Entry[]> => (entries ? Array.fromAsync(entries) : [])

export interface FeedTrial {
  readonly component: IntelComponent
  /** Options beside `url`; `secret` stands for a key. */
  readonly options: (secret: string) => object
  /** Answers as the vendor does, and fails the test when it is asked otherwise than the vendor wants. */
  readonly serve: (request: WireRequest, secret: string) => ReturnType<Wire['answer']>
  /** How many of what kind a pull brings. */
  readonly brings: Readonly<Partial<Record<Entry['kind'], number>>>
  /** A path below the server, as part of `url`. */
  readonly path?: string
}

/** What every feed promises. */
export const describeFeed = (name: string, trial: FeedTrial): void => {
  describe(`the feed ${name}`, () => {
    const wire = startEach()
    const make = (changes: object = {}): Provider => {
      const url = new URL(trial.path ?? '', wire().url).href
      return trial.component.create(
        trial.component.options.parse({ url, ...trial.options(secret), ...changes }),
        runtime,
      )
    }
    const pull = async (since = never, changes: object = {}) => {
      const pulled = await make(changes).pull?.(since, new AbortController().signal)
      if (!pulled) throw new Error('A feed is pulled.')
      const entries = await entriesOf(pulled)
      return { pulled, entries, next: pulled.next?.() ?? pulled.cursor }
    }
    const serve = () => {
      wire().answer = (request) => trial.serve(request, secret)
    }

    it('names its terms', () => {
      expect(trial.component.licence).not.toBe('')
      expect(trial.component.summary).toMatch(/^[A-Z].*\.$/)
    })

    it('speaks as its vendor wants, leaves out bad rows and says why', async () => {
      serve()
      const { entries } = await pull()
      const counts = Object.fromEntries(
        Object.entries(Object.groupBy(entries, ({ kind }) => kind)).map(([kind, some]) => [kind, some?.length]),
      )
      expect(counts).toEqual(trial.brings)
      for (const entry of entries) {
        if (entry.kind === 'report') expect(report.safeParse(entry.report).error).toBeUndefined()
        if (entry.kind === 'skipped') expect(entry.reason).not.toBe('')
      }
    })

    it('brings the same when it is pulled again', async () => {
      serve()
      expect((await pull()).entries).toEqual((await pull()).entries)
    })

    it('goes on where it was, or hears that nothing has changed', async () => {
      serve()
      const { pulled, next } = await pull()
      const { etag, lastModified } = pulled
      wire().answer = (request) =>
        etag !== null && request.headers['if-none-match'] === etag ? { status: 304 } : trial.serve(request, secret)
      const again = await pull({ etag, lastModified, cursor: next })
      if (etag !== null) expect(again.pulled.entries).toBeUndefined()
      else if (next !== null)
        expect(again.entries.length).toBeLessThan(Object.values(trial.brings).reduce((sum, one) => sum + one, 0))
    })

    it.each(troubles)('takes %s for what it is', async (_name, answer, retryable) => {
      wire().answer = () => answer
      const error = await failureOf(() => pull())
      expect(error.retryable).toBe(retryable)
      if (answer.status === 429) expect(error.retryAfter).toBe(77)
    })

    it('does not wait for ever', async () => {
      wire().answer = () => ({ hang: true })
      const error = await failureOf(() => pull(never, { timeout_seconds: 1 }))
      expect(error.message).toMatch(/within 1 s/)
      expect(error.retryable).toBe(true)
    })

    it('ends when it is told to', async () => {
      wire().answer = () => ({ hang: true })
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 50)
      await expect(make().pull?.(never, stop.signal)).rejects.toThrow()
    })

    it('takes no more than it may', async () => {
      wire().answer = () => ({ body: 'x'.repeat(5000) })
      expect((await failureOf(() => pull(never, { max_bytes: 2000 }))).message).toMatch(/more than/)
    })

    it('follows no redirect with a key', async () => {
      wire().answer = ({ path }) =>
        path === '/elsewhere' ? { body: '' } : { status: 302, headers: { location: '/elsewhere' } }
      await pull().catch(() => undefined)
      const strayed = wire().requests.filter(({ path }) => path === '/elsewhere')
      for (const { headers, query } of strayed) expect(JSON.stringify([headers, [...query]])).not.toContain(secret)
    })
  })
}

export interface LookupTrial {
  readonly component: IntelComponent
  /** Answers about each value as the vendor does; throws when it is asked otherwise. */
  readonly serve: (request: WireRequest, secret: string) => ReturnType<Wire['answer']>
  readonly known: Observable
  readonly unknown: Observable
  readonly benign?: Observable
  readonly says: Extract<Entry, { readonly kind: 'report' }>['report']
}

/** What everybody who can be asked promises. */
export const describeLookup = (name: string, trial: LookupTrial): void => {
  describe(`asking ${name}`, () => {
    const wire = startEach()
    const ask = (observable: Observable, signal = new AbortController().signal) => {
      const options = trial.component.options.parse({ url: wire().url, api_key: secret })
      return trial.component.create(options, runtime).lookup?.(observable, signal) ?? Promise.resolve(undefined)
    }
    const serve = () => {
      wire().answer = (request) => trial.serve(request, secret)
    }

    it('says what is known', async () => {
      serve()
      expect(await ask(trial.known)).toEqual({ kind: 'report', observable: trial.known, report: trial.says })
    })

    it('says when nothing is known', async () => {
      serve()
      expect(await ask(trial.unknown)).toBeUndefined()
    })

    const { benign } = trial
    if (benign) {
      it('says when it is known to be benign', async () => {
        serve()
        expect(await ask(benign)).toMatchObject({ kind: 'benign', value: benign.value })
      })
    }

    it.each(troubles)('takes %s for what it is', async (_name, answer, retryable) => {
      wire().answer = () => answer
      const error = await failureOf(() => ask(trial.known))
      expect(error.retryable).toBe(retryable)
      if (answer.status === 429) expect(error.retryAfter).toBe(77)
    })

    it.each([
      '',
      '<html>busy</html>',
      '{"data": {"attrib',
      '[]',
      'null',
      '{"data": {"attributes": 7}, "pulse_info": [], "noise": "x", "query_status": 1}',
    ])('takes %j for no answer', async (body) => {
      wire().answer = () => ({ body })
      await failureOf(() => ask(trial.known))
    })

    it('ends when it is told to', async () => {
      wire().answer = () => ({ hang: true })
      await expect(ask(trial.known, AbortSignal.timeout(50))).rejects.toThrow()
    })

    it('follows no redirect with its key', async () => {
      wire().answer = ({ path }) =>
        path === '/elsewhere' ? { body: '{}' } : { status: 302, headers: { location: '/elsewhere' } }
      await failureOf(() => ask(trial.known))
      expect(wire().requests.some(({ path }) => path === '/elsewhere')).toBe(false)
    })
  })
}
