import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Runtime } from '../component.ts'
import { AppError } from '../errors.ts'
import { type Observable, report } from '../schema/intelligence/indicator.ts'
import { type FakeRequest, type FakeServer, startFakeServer } from './http-server.fake.ts'
import type { FeedEntry, IntelComponent, Provider, PullResult, PullState } from './provider.ts'

const never: PullState = { etag: null, lastModified: null, cursor: null }
const secret = 'a-secret-key'
const now = Date.UTC(2026, 0, 5, 8)

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const runtime: Runtime = { now: () => now, fetch, log: silent, signal: new AbortController().signal }

/** Failing responses, and whether a retry can help. */
const failures: readonly (readonly [name: string, answer: ReturnType<FakeServer['answer']>, retryable: boolean])[] = [
  ['429', { status: 429, headers: { 'retry-after': '77' }, body: '{"error":{"code":"QuotaExceededError"}}' }, true],
  ['500', { status: 500, body: 'oops' }, true],
  ['503', { status: 503 }, true],
  ['401', { status: 401, body: '{"error":"no"}' }, false],
  ['403', { status: 403 }, false],
  ['a broken connection', { body: '{"data": ["something that is long enough to be cut"]}', cut: true }, true],
]

const failureOf = async (work: () => Promise<unknown>): Promise<AppError> => {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`Expected an AppError: ${String(error)}`)
  expect(error.code).toBe('SOURCE_FAILED')
  expect(`${error.message} ${error.hint}`).not.toContain(secret)
  expect(error.message).toMatch(/\w.*\.$|: .+$/)
  expect(error.hint ?? '').not.toBe('')
  return error
}

const startEach = () => {
  const started: { server: FakeServer | undefined } = { server: undefined }
  beforeEach(async () => {
    started.server = await startFakeServer(() => ({ status: 404 }))
  })
  afterEach(() => started.server?.close())
  return () => {
    if (!started.server) throw new Error('The server is not running.')
    return started.server
  }
}

const entriesOf = async ({ entries }: PullResult): Promise<readonly FeedEntry[]> =>
  entries ? Array.fromAsync(entries) : []

export interface FeedTrial {
  readonly component: IntelComponent
  /** Options beside `url`; `secret` stands for a key. */
  readonly options: (secret: string) => object
  /** Answers like the vendor. Fails the test if the vendor would not accept the request. */
  readonly serve: (request: FakeRequest, secret: string) => ReturnType<FakeServer['answer']>
  /** The number of entries of each kind that a pull returns. */
  readonly expected: Readonly<Partial<Record<FeedEntry['kind'], number>>>
  /** A path below the server, as part of `url`. */
  readonly path?: string
}

/** The contract of feeds. */
export const describeFeed = (name: string, trial: FeedTrial): void => {
  describe(`the feed ${name}`, () => {
    const server = startEach()
    const make = (changes: object = {}): Provider => {
      const url = new URL(trial.path ?? '', server().url).href
      return trial.component.create(
        trial.component.options.parse({ url, ...trial.options(secret), ...changes }),
        runtime,
      )
    }
    const pull = async (since = never, changes: object = {}) => {
      const pulled = await make(changes).pull?.(since, new AbortController().signal)
      if (!pulled) throw new Error('The provider has no `pull`.')
      const entries = await entriesOf(pulled)
      return { pulled, entries, next: pulled.next?.() ?? pulled.cursor }
    }
    const serve = () => {
      server().answer = (request) => trial.serve(request, secret)
    }

    it('has a licence and a summary', () => {
      expect(trial.component.licence).not.toBe('')
      expect(trial.component.summary).toMatch(/^[A-Z].*\.$/)
    })

    it('sends valid requests, and skips bad rows with a reason', async () => {
      serve()
      const { entries } = await pull()
      const counts = Object.fromEntries(
        Object.entries(Object.groupBy(entries, ({ kind }) => kind)).map(([kind, some]) => [kind, some?.length]),
      )
      expect(counts).toEqual(trial.expected)
      for (const entry of entries) {
        if (entry.kind === 'report') expect(report.safeParse(entry.report).error).toBeUndefined()
        if (entry.kind === 'skipped') expect(entry.reason).not.toBe('')
      }
    })

    it('returns the same entries on every pull', async () => {
      serve()
      expect((await pull()).entries).toEqual((await pull()).entries)
    })

    it('continues at its cursor, or detects that nothing has changed', async () => {
      serve()
      const { pulled, next } = await pull()
      const { etag, lastModified } = pulled
      server().answer = (request) =>
        etag !== null && request.headers['if-none-match'] === etag ? { status: 304 } : trial.serve(request, secret)
      const again = await pull({ etag, lastModified, cursor: next })
      if (etag !== null) expect(again.pulled.entries).toBeUndefined()
      else if (next !== null)
        expect(again.entries.length).toBeLessThan(Object.values(trial.expected).reduce((sum, one) => sum + one, 0))
    })

    it.each(failures)('reports %s as an error', async (_name, answer, retryable) => {
      server().answer = () => answer
      const error = await failureOf(() => pull())
      expect(error.retryable).toBe(retryable)
      if (answer.status === 429) expect(error.retryAfter).toBe(77)
    })

    it('times out', async () => {
      server().answer = () => ({ hang: true })
      const error = await failureOf(() => pull(never, { timeout_seconds: 1 }))
      expect(error.message).toMatch(/within 1 s/)
      expect(error.retryable).toBe(true)
    })

    it('stops when the signal aborts', async () => {
      server().answer = () => ({ hang: true })
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 50)
      await expect(make().pull?.(never, stop.signal)).rejects.toThrow()
    })

    it('limits the size of a response', async () => {
      server().answer = () => ({ body: 'x'.repeat(5000) })
      expect((await failureOf(() => pull(never, { max_bytes: 2000 }))).message).toMatch(/more than/)
    })

    it('sends no key to a redirect target', async () => {
      server().answer = ({ path }) =>
        path === '/elsewhere' ? { body: '' } : { status: 302, headers: { location: '/elsewhere' } }
      await pull().catch(() => undefined)
      const redirected = server().requests.filter(({ path }) => path === '/elsewhere')
      for (const { headers, query } of redirected) expect(JSON.stringify([headers, [...query]])).not.toContain(secret)
    })
  })
}

export interface LookupTrial {
  readonly component: IntelComponent
  /** Answers like the vendor. Fails the test if the vendor would not accept the request. */
  readonly serve: (request: FakeRequest, secret: string) => ReturnType<FakeServer['answer']>
  readonly known: Observable
  readonly unknown: Observable
  readonly benign?: Observable
  readonly expected: Extract<FeedEntry, { readonly kind: 'report' }>['report']
}

/** The contract of lookup services. */
export const describeLookup = (name: string, trial: LookupTrial): void => {
  describe(`the lookup ${name}`, () => {
    const server = startEach()
    const lookUp = (observable: Observable, signal = new AbortController().signal) => {
      const options = trial.component.options.parse({ url: server().url, api_key: secret })
      return trial.component.create(options, runtime).lookup?.(observable, signal) ?? Promise.resolve(undefined)
    }
    const serve = () => {
      server().answer = (request) => trial.serve(request, secret)
    }

    it('returns a report about a known value', async () => {
      serve()
      expect(await lookUp(trial.known)).toEqual({ kind: 'report', observable: trial.known, report: trial.expected })
    })

    it('returns nothing about an unknown value', async () => {
      serve()
      expect(await lookUp(trial.unknown)).toBeUndefined()
    })

    const { benign } = trial
    if (benign) {
      it('reports a known-benign value', async () => {
        serve()
        expect(await lookUp(benign)).toMatchObject({ kind: 'benign', value: benign.value })
      })
    }

    it.each(failures)('reports %s as an error', async (_name, answer, retryable) => {
      server().answer = () => answer
      const error = await failureOf(() => lookUp(trial.known))
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
    ])('rejects the response %j', async (body) => {
      server().answer = () => ({ body })
      await failureOf(() => lookUp(trial.known))
    })

    it('stops when the signal aborts', async () => {
      server().answer = () => ({ hang: true })
      await expect(lookUp(trial.known, AbortSignal.timeout(50))).rejects.toThrow()
    })

    it('follows no redirect', async () => {
      server().answer = ({ path }) =>
        path === '/elsewhere' ? { body: '{}' } : { status: 302, headers: { location: '/elsewhere' } }
      await failureOf(() => lookUp(trial.known))
      expect(server().requests.some(({ path }) => path === '/elsewhere')).toBe(false)
    })
  })
}
