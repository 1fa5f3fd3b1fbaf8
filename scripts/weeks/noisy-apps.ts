import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { day, hour } from '../../src/lib/units/time.ts'
import { pickOne } from './pick-one.ts'
import type { GeneratedWeek, Line } from './weeks.ts'

const second = 1000
const days = 14
const start = Date.UTC(2026, 8, 7)

/** Mishaps of an ordinary day: calls to others that fail now and then, mistakes of users, races that a retry resolves. */
const mishaps: readonly (readonly [level: 'error' | 'warn', text: string, then?: string])[] = [
  ['error', 'call to {third} failed: connect timeout after 3000 ms', 'call to {third} succeeded on attempt 2'],
  ['error', 'call to {third} failed: 502 Bad Gateway', 'call to {third} succeeded on attempt 2'],
  ['error', 'call to {third} failed: socket hang up', 'call to {third} succeeded on attempt 3'],
  ['warn', '{third} answered 429, waiting {n} ms'],
  ['error', 'could not geocode address {n}: {third} returned no result'],
  ['error', 'webhook delivery {n} to customer endpoint failed with 404'],
  ['error', 'webhook delivery {n} to customer endpoint failed: certificate has expired'],
  ['error', 'validation failed: email is not a valid address'],
  ['error', 'validation failed: {field} must not be empty'],
  ['error', 'validation failed: {field} is longer than 255 characters'],
  ['error', 'cannot parse uploaded file {n}.csv: row {n} has 7 columns, expected 9'],
  ['error', 'cannot decode image {n}: unsupported format'],
  ['error', 'payment {n} declined: insufficient funds'],
  ['error', 'payment {n} declined: card expired'],
  ['error', 'coupon {h} is not valid for basket {n}'],
  ['error', 'order {n} not found'],
  ['error', 'item {n} is out of stock'],
  ['warn', 'slow query ({n} ms): select * from {field} where id = {n}'],
  ['error', 'deadlock detected while updating {field} {n}', 'transaction for {field} {n} committed on attempt 2'],
  ['error', 'optimistic lock failed for {field} {n}', 'saved {field} {n} on attempt 2'],
  ['error', 'request {h} aborted by client'],
  ['error', 'write EPIPE while streaming export {n}'],
  ['error', 'session {h} has no csrf token'],
  ['error', 'template mail/{field} uses undefined variable first_name'],
  ['error', 'duplicate event {h} ignored'],
  ['warn', 'cache miss storm on key {field}:{n}'],
  ['error', 'failed to send push notification to device {h}: not registered'],
  ['error', 'mail to user {n} bounced: mailbox full'],
  ['error', 'unhandled locale {field} in formatter'],
  ['error', 'pdf of invoice {n} took {n} ms, gave up', 'pdf of invoice {n} rendered on attempt 2'],
  ['error', 'search index lagging, document {n} missing', 'document {n} indexed'],
  ['error', 'TypeError: cannot read properties of undefined (reading {field})'],
  ['error', 'could not acquire lock import-{n} within 5000 ms', 'lock import-{n} acquired'],
  ['error', 'token refresh for tenant {n} failed: invalid_grant'],
  ['error', 'feature flag {field} is unknown'],
  ['error', 'S3 upload of {h} failed: RequestTimeout', 'S3 upload of {h} succeeded on attempt 2'],
  ['error', 'redis: connection reset by peer', 'redis: reconnected'],
  ['error', 'address {n} rejected by carrier: postal code unknown'],
  ['error', 'vat number {h} could not be verified, service unavailable'],
  ['error', 'rate of currency {field} is older than 24 hours'],
]
const thirds = ['geo-api', 'carrier-api', 'tax-api', 'mail-provider', 'push-gateway', 'crm'] as const
const fields = ['items', 'orders', 'users', 'carts', 'prices', 'labels'] as const
const ordinaryTexts = [
  'order {n} accepted',
  'GET /items/{n} 200 in {n} ms',
  'user {n} logged in',
  'basket {n} updated',
  'invoice {n} created',
  'job sync-{field} done: {n} rows',
  'cache refreshed: {n} entries',
] as const

const formats: readonly ((time: number, level: string, text: string, random: Random) => string)[] = [
  (time, level, text) => JSON.stringify({ ts: new Date(time).toISOString(), level, service: 'shop', msg: text }),
  (time, level, text) => `time=${new Date(time).toISOString()} level=${level} app=shop msg=${JSON.stringify(text)}`,
  (time, level, text, random) =>
    `${new Date(time).toISOString()} [worker-${random.below(8)}] ${level.toUpperCase().padEnd(5)} com.example.shop.Handler - ${text}`,
]

/**
 * Generates two weeks of applications whose errors are ordinary: each kind has its own rate, from a few a month to some an hour, comes alone,
 * in bursts of an hour or followed by the retry that succeeds, and is first seen at any time; each deployment brings new kinds.
 */
export const generateNoisyApps = (seed: number): GeneratedWeek[] =>
  formats.map((format, i) => {
    const random = createRandom(seed * 1000 + 600 + i)
    const perDay = pickOne(random, [1500, 4000])
    const lines: Line[] = []
    const fill = (text: string, third: string): string =>
      text
        .replaceAll('{third}', third)
        .replaceAll('{field}', () => pickOne(random, fields))
        .replaceAll('{n}', () => String(10 + random.below(90_000)))
        .replaceAll('{h}', () => (random.below(2 ** 30) + 2 ** 30).toString(16))
    const add = (time: number, level: string, text: string) => {
      if (time < start + days * day) lines.push([time, format(time, level, text, random)])
    }
    for (let n = 0; n < perDay * days; n++) {
      const date = start + Math.floor(random.next() * days) * day
      const time = date + (0.25 + 0.7 * ((random.next() + random.next()) / 2)) * day
      add(time, 'info', fill(pickOne(random, ordinaryTexts), pickOne(random, thirds)))
    }
    for (const [level, text, then] of mishaps) {
      // A third of the kinds come with a later deployment.
      const begin = start + (random.next() < 1 / 3 ? (1 + random.below(12)) * day + 10 * hour : 0)
      const rate = 0.1 * 200 ** random.next()
      const isBursty = random.next() < 0.4
      const emit = (time: number) => {
        const third = pickOne(random, thirds)
        const written = fill(text, third)
        add(time, level, written)
        if (then) add(time + 2 * second + random.next() * 8 * second, 'info', fill(then, third))
      }
      const bursts = isBursty ? Math.max(1, Math.round((rate * days) / 8)) : Math.round(rate * days)
      for (let n = 0; n < bursts; n++) {
        const time = begin + random.next() * (start + days * day - begin)
        const count = isBursty ? 2 + random.below(12) : 1
        for (let k = 0; k < count; k++) emit(time + (isBursty ? random.next() * hour : 0))
      }
    }
    return {
      name: `noisy application ${i + 1}`,
      sources: new Map([['app.log', lines.sort(([a], [b]) => a - b).map(([, text]) => text)]]),
      judgedFrom: start,
    }
  })
