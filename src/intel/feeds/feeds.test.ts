import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { FakeRequest } from '../http-server.fake.ts'
import { describeFeed, type FeedTrial } from '../provider.conformance.ts'
import { feedComponents } from '../registry.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')

const componentOf = (name: string) => {
  const component = feedComponents.find((one) => one.name === name)
  if (!component) throw new Error(`Unknown feed ${name}.`)
  return component
}

const etag = '"v1"'
const get =
  (file: string): FeedTrial['serve'] =>
  ({ method }) => {
    expect(method).toBe('GET')
    return { body: fixture(file), headers: { etag } }
  }

/** Feeds that consist of one file: its fixture, and the expected number of entries. */
const plain = {
  'cisa-kev': ['kev.json', { exploited: 2, skipped: 1 }],
  csv: ['table.csv', { report: 3, skipped: 2 }],
  feodo: ['feodo.json', { report: 2, skipped: 1 }],
  json: ['rows.json', { report: 3, skipped: 1 }],
  list: ['list.txt', { report: 8, skipped: 3 }],
  misp: ['misp-event.json', { report: 5, withdrawn: 1, skipped: 2 }],
  'misp-warninglist': ['warninglist-resolvers.json', { benign: 3, skipped: 1 }],
  'spamhaus-drop': ['drop.json', { report: 2, skipped: 2 }],
  stix: ['stix.json', { report: 7, withdrawn: 1, skipped: 3 }],
  'tor-exits': ['tor-bulk.txt', { report: 2, skipped: 1 }],
} as const
for (const [name, [file, expected]] of Object.entries(plain)) {
  describeFeed(name, { component: componentOf(name), options: () => ({}), serve: get(file), expected })
}

describeFeed('urlhaus', {
  component: componentOf('urlhaus'),
  options: (secret) => ({ api_key: secret }),
  serve({ method, query, headers }, secret) {
    expect([method, query.get('auth-key'), headers['auth-key']]).toEqual(['GET', secret, secret])
    return { body: gzipSync(fixture('urlhaus.json')), headers: { etag } }
  },
  expected: { report: 2 },
})

describeFeed('threatfox', {
  component: componentOf('threatfox'),
  options: (secret) => ({ api_key: secret }),
  serve({ method, headers, body }, secret) {
    expect([method, headers['auth-key']]).toEqual(['POST', secret])
    expect(JSON.parse(body)).toEqual({ query: 'get_iocs', days: 3 })
    return { body: fixture('threatfox.json') }
  },
  expected: { report: 3 },
})

describeFeed('malwarebazaar', {
  component: componentOf('malwarebazaar'),
  options: (secret) => ({ api_key: secret }),
  serve({ method, headers, body }, secret) {
    expect([method, headers['auth-key']]).toEqual(['POST', secret])
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ query: 'get_recent', selector: 'time' })
    return { body: fixture('malwarebazaar.json') }
  },
  expected: { report: 3 },
})

describeFeed('misp-feed', {
  component: componentOf('misp-feed'),
  options: (secret) => ({ headers: { authorization: secret } }),
  path: 'feeds/circl/',
  serve({ path, headers }, secret) {
    expect(headers.authorization).toBe(secret)
    if (path === '/feeds/circl/manifest.json') {
      return {
        body: JSON.stringify({
          '5f0f0000-0000-4000-8000-000000000001': { timestamp: '1767400000', info: 'Campaign', date: '2026-01-02' },
          '5f0f0000-0000-4000-8000-000000000002': { timestamp: 1767400100, info: 'Damaged' },
          '5f0f0000-0000-4000-8000-000000000003': { timestamp: '1500000000', info: 'Too old' },
          '../../secrets': { timestamp: '1767400200', info: 'Not a name' },
        }),
      }
    }
    if (path === '/feeds/circl/5f0f0000-0000-4000-8000-000000000001.json') return { body: fixture('misp-event.json') }
    expect(path).toBe('/feeds/circl/5f0f0000-0000-4000-8000-000000000002.json')
    return { body: '{"no": "event"}' }
  },
  expected: { report: 5, withdrawn: 1, skipped: 3 },
})

const { objects } = JSON.parse(fixture('stix.json'))
/** Serves two pages, and an empty one for requests with `added_after`. */
const serveTaxii = ({ method, path, query, headers }: FakeRequest, secret: string) => {
  expect([method, path, headers.accept, headers.authorization]).toEqual([
    'GET',
    '/api1/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/objects/',
    'application/taxii+json;version=2.1',
    `Bearer ${secret}`,
  ])
  expect([query.get('match[type]'), query.get('limit')]).toEqual(['indicator', '4'])
  if (query.get('added_after') === '2026-01-05T07:00:00.000Z') return { body: '{}' }
  expect(query.get('added_after')).toBeNull()
  const [page, more, added] =
    query.get('next') === 'second'
      ? [objects.slice(4), false, '2026-01-05T07:00:00.000Z']
      : [objects.slice(0, 4), true, '2026-01-04T07:00:00.000Z']
  return {
    headers: { 'x-taxii-date-added-last': added, 'content-type': 'application/taxii+json;version=2.1' },
    body: JSON.stringify({ more, ...(more && { next: 'second' }), objects: page }),
  }
}
describeFeed('taxii', {
  component: componentOf('taxii'),
  options: (secret) => ({ collection: '91a7b528-80eb-42ed-a74d-c6fbd5a26116', token: secret, page_size: 4 }),
  path: 'api1/',
  serve: serveTaxii,
  expected: { report: 7, withdrawn: 1, skipped: 3 },
})

it('tests every feed', () => {
  const tested = [...Object.keys(plain), 'urlhaus', 'threatfox', 'malwarebazaar', 'misp-feed', 'taxii']
  expect(tested.sort()).toEqual(feedComponents.map(({ name }) => name).sort())
})
