import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'

const receivedAt = Date.UTC(2026, 11, 11)
const two = (n: number): string => String(n).padStart(2, '0')

/** An attempt to log in with a wrong password, which PAM and sshd report one after the other. */
const guesses = Array.from({ length: 60 }, (_, i) => {
  const header = `Dec 10 09:${two(i % 60)}:20 web-1`
  return i % 2 === 0
    ? `${header} sshd[${4_700 + i}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root`
    : `${header} sshd[${4_699 + i}]: Failed password for root from 203.0.113.9 port ${50_000 + i} ssh2`
})
const requests = Array.from(
  { length: 30 },
  (_, i) => `203.0.113.${i} - - [10/Dec/2026:09:32:${two(i)} +0000] "GET /cart HTTP/1.1" 404 12 "-" "curl/8"`,
)
const objects = Array.from({ length: 30 }, (_, i) =>
  JSON.stringify({ time: `2026-12-10T09:32:${two(i)}Z`, level: 'warn', msg: 'Stock is low', user: 'dana' }),
)

const eventsOf = (texts: readonly string[], normalizer = createNormalizer()) =>
  normalizer
    .normalize({ partition: 0, first: 0, source: 'test', receivedAt, texts })
    .map(({ time, timeGuessed, kind, message, fields, stream }) => ({
      time,
      timeGuessed,
      kind,
      message,
      fields,
      stream,
    }))

const wrappers: readonly (readonly [name: string, wrap: (line: string, i: number) => string])[] = [
  ['a name and a time', (line, i) => `[app-${i % 4}] 2026-12-10 09:${two(i)}:21 | ${line}`],
  ['a name in brackets', (line) => `[web-1] ${line}`],
  ['colours', (line, i) => `\u001b[3${i % 7}m[app-${i % 4}]\u001b[0m ${line}`],
  ['columns', (line) => `prod;host-9;${line}`],
  ['tabs', (line) => `prod\thost-9\t${line}`],
  ['the file and line of grep', (line, i) => `/var/log/auth.log.1:${i}:${line}`],
  ['numbers of lines', (line, i) => `${String(i).padStart(6)}  ${line}`],
  ['a quote mark', (line) => `> ${line}`],
  ['a level padded', (line, i) => `${i % 3 === 0 ? 'WARN ' : 'ERROR'} [collector] ${line}`],
]

describe('an unknown program before the lines of another one', () => {
  it.each(wrappers)('leaves what they say: %s', (_name, wrap) => {
    for (const lines of [guesses, requests, objects]) expect(eventsOf(lines.map(wrap))).toEqual(eventsOf(lines))
  })

  it("is not what FreeRADIUS writes of its own time's year", () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) =>
        `Thu Dec 10 09:32:${two(i)} 2026 : Auth: (${i}) Login OK: [kim] (from client vpngw port 7 cli 203.0.113.9)`,
    )
    const [last] = eventsOf(lines).slice(-1)
    expect(last?.fields).toMatchObject({ 'user.name': 'kim', 'source.ip': '203.0.113.9' })
    expect(last?.fields['process.name']).toBeUndefined()
  })

  it('is known when the records come one by one', () => {
    const normalizer = createNormalizer()
    const wrapped = guesses.map((line) => `[web-1] ${line}`)
    const events = wrapped.flatMap((line) => eventsOf([line], normalizer))
    expect(events.slice(20).map(({ message }) => message)).toEqual(
      eventsOf(guesses)
        .slice(20)
        .map(({ message }) => message),
    )
  })

  it('is remembered over a restart', () => {
    const before = createNormalizer()
    eventsOf(
      guesses.map((line) => `[web-1] ${line}`),
      before,
    )
    const after = createNormalizer()
    after.wrappers.restore(before.wrappers.save())
    expect(eventsOf([`[web-1] ${guesses[1]}`], after)).toEqual(eventsOf([guesses[1] ?? '']))
  })

  it('says so in the format', () => {
    const normalizer = createNormalizer()
    eventsOf(
      guesses.map((line) => `[web-1] ${line}`),
      normalizer,
    )
    expect(normalizer.takeCounts()[0]?.format).toBe('syslog/rfc3164 (guessed behind its prefix)')
  })
})

describe('a line that another one quotes', () => {
  const quoted = guesses[1] ?? ''
  const hostsOf = (texts: readonly string[]) => new Set(eventsOf(texts).map(({ fields }) => fields['host.name']))
  const own = (i: number) => `[tickets] request ${i} was answered in ${i * 3} ms`

  it.each([
    ['among messages of its program', (i: number) => (i % 2 === 0 ? own(i) : `[tickets] ${quoted}`)],
    ['behind texts of their own', (i: number) => `[tickets] ${'very '.repeat(i % 9)}strange: ${quoted}`],
    ['after the first records', (i: number) => (i < 50 ? own(i) : `[tickets] ${quoted}`)],
    ['in a user name', (i: number) => `[api] login of "${'x'.repeat((i % 3) + 1)} ${i % 2 ? quoted : 'dana'}" failed`],
    ['in too few records', (i: number) => (i < 19 ? `[tickets] ${quoted}` : '')],
  ])('is no event of its own: %s', (_name, line) => {
    const texts = Array.from({ length: 400 }, (_, i) => line(i)).filter((text) => text !== '')
    expect(hostsOf(texts)).toEqual(new Set([undefined]))
  })

  it('is none of its host, if a known format wraps it', () => {
    const texts = Array.from({ length: 60 }, () => `Dec 10 09:32:20 shop-1 tickets[7]: user wrote: ${quoted}`)
    expect(hostsOf(texts)).toEqual(new Set(['shop-1']))
  })
})
