import { expect, it } from 'vitest'
import { createAnalysis } from '../src/app/analysis.ts'
import { loadConfig } from '../src/config.ts'
import { noRules } from '../src/pipeline/detect/sigma/rule-book.ts'

// Six weeks of logins of 30 users, two of whom travel, and then a login with a stolen password. The addresses are for documentation, so
// that only the product says where they are.

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })

interface Login {
  readonly time: string
  readonly user: string
  readonly address: string
  readonly country: string
}

const names = new Intl.DisplayNames('en', { type: 'region' })

/** Writes a login as a product does. */
const products: Readonly<Record<string, (login: Login) => string | object>> = {
  'Microsoft Entra': ({ time, user, address, country }) => ({
    ...{ createdDateTime: time, userPrincipalName: user, ipAddress: address, appDisplayName: 'Teams' },
    ...{ conditionalAccessStatus: 'success', status: { errorCode: 0 }, location: { countryOrRegion: country } },
  }),
  Okta: ({ time, user, address, country }) => ({
    ...{ actor: { id: 'a', type: 'User', alternateId: user }, outcome: { result: 'SUCCESS' }, published: time },
    client: { ipAddress: address, geographicalContext: { country: names.of(country) } },
    ...{ displayMessage: 'User login to Okta', eventType: 'user.session.start' },
  }),
  Duo: ({ time, user, address, country }) => ({
    ...{ event_type: 'authentication', isotimestamp: time, user: { name: user }, result: 'success' },
    access_device: { ip: address, location: { country: names.of(country) } },
    auth_device: { ip: '198.51.100.7', location: { country: 'United States' } },
  }),
  FortiGate: ({ time, user, address, country }) =>
    `date=${time.slice(0, 10)} time=${time.slice(11, 19)} devname="fw-1" tz="+0000" logid="0101039424" type="event" subtype="vpn" level="information" logdesc="SSL VPN tunnel up" action="tunnel-up" remip=${address} srccountry="${names.of(country)}" user="${user}" reason="login successfully" msg="SSL tunnel established"`,
  GlobalProtect: ({ time, user, address, country }) => {
    const clock = `${time.slice(0, 10).replaceAll('-', '/')} ${time.slice(11, 19)}`
    return `1,${clock},0123,GLOBALPROTECT,0,2049,${clock},vsys1,gateway-auth,login,LDAP,,${user},${country},nb,${address},0.0.0.0,0.0.0.0,0.0.0.0,1a,,6.1.0,Windows,"Windows 11",1,,,,success,,0`
  },
}

const day = 86_400_000
const monday = Date.UTC(2026, 8, 7)
const trips: Readonly<Record<number, readonly (readonly [from: number, to: number, country: string])[]>> = {
  3: [
    [8, 11, 'FR'],
    [29, 32, 'JP'],
  ],
  4: [[15, 18, 'US']],
}

const loginAt = (time: number, user: number | string, country: string, host: number): Login => ({
  ...{ time: new Date(time).toISOString(), user: `user-${user}@example.org`, country },
  address: `203.0.113.${host % 250}`,
})

const ordinary: readonly Login[] = Array.from({ length: 42 * 60 }, (_, i) => {
  const [at, user] = [Math.floor(i / 60), i % 30]
  const country = trips[user]?.find(([from, to]) => at >= from && at < to)?.[2] ?? 'DE'
  // A provider gives a user another address each week.
  return loginAt(monday + at * day + (400 + (i % 60) * 9) * 60_000, user, country, user * 7 + Math.floor(at / 7))
})
const end = monday + 42 * day

const firstsOf = async (product: keyof typeof products, more: readonly Login[]): Promise<readonly string[]> => {
  const write = products[product]
  const lines = [...ordinary, ...more].map((login) => write?.(login) ?? '')
  const records = lines.map((line) => ({
    text: typeof line === 'string' ? line : JSON.stringify(line),
    source: 'logins',
    receivedAt: end + day,
  }))
  const analyze = createAnalysis({ config, rules: noRules, log })
  const { detections } = await analyze(
    (async function* () {
      yield records
    })(),
  )
  return detections
    .filter(({ detector, first_seen }) => detector === 'rarity' && Date.parse(first_seen) >= end)
    .map(({ title }) => title)
}

it.each(Object.keys(products))(
  'finds a login from a country that %s says and its user never was in',
  async (product) => {
    const owner = loginAt(end + 9 * 3_600_000, 7, 'DE', 53)
    const found = await firstsOf(product, [owner, loginAt(end + 10 * 3_600_000, 7, 'BR', 249)])
    expect(found).toEqual([
      expect.stringMatching(/^First time: user-7@example\.org logged in from 203\.0\.113\.249 in Brazil/),
    ])
  },
)

it.each(Object.keys(products))(
  'finds no journey to a country that %s said before, and no new user',
  async (product) => {
    const seenBefore = loginAt(end + 9 * 3_600_000, 3, 'JP', 25)
    const found = await firstsOf(product, [seenBefore, loginAt(end + 10 * 3_600_000, 'new', 'IT', 249)])
    expect(found).toEqual([
      expect.stringMatching(/^First time: user-new@example\.org logged in from 203\.0\.113\.249(?: on fw-1)?$/),
    ])
  },
)
