import { expect, it } from 'vitest'
import { createAnalysis } from '../src/app/analysis.ts'
import { loadConfig } from '../src/config.ts'
import { createRules } from '../src/operations/rules/rule-folders.ts'

// Password guessing against servers that write a login in several lines of a connection: 39 refused logins, and one that is accepted.

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })

interface Server {
  readonly opens: readonly string[]
  readonly refuses: string
  readonly accepts: string
}

/** {i}: ISO time, {s}: the time and host of syslog, {d}: the time of an access log, {n}: the number of the connection, {a}: the client. */
const servers: Readonly<Record<string, Server>> = {
  postgresql: {
    opens: ['{i} UTC [{n}] LOG:  connection received: host={a} port={n}'],
    refuses: '{i} UTC [{n}] FATAL:  password authentication failed for user "kim"',
    accepts: '{i} UTC [{n}] LOG:  connection authorized: user=kim database=shop',
  },
  slapd: {
    opens: [
      '{s} slapd[811]: conn={n} fd=12 ACCEPT from IP={a}:{n} (IP=0.0.0.0:389)',
      '{s} slapd[811]: conn={n} op=0 BIND dn="uid=kim,ou=people,dc=example,dc=org" method=128',
    ],
    refuses: '{s} slapd[811]: conn={n} op=0 RESULT tag=97 err=49 text=',
    accepts: '{s} slapd[811]: conn={n} op=0 RESULT tag=97 err=0 text=',
  },
  '389 directory server': {
    opens: [
      '[{d} +0000] conn={n} fd=64 slot=64 connection from {a} to 192.0.2.4',
      '[{d} +0000] conn={n} op=0 BIND dn="uid=kim,ou=people,dc=example,dc=org" method=128 version=3',
    ],
    refuses: '[{d} +0000] conn={n} op=0 RESULT err=49 tag=97 nentries=0 etime=0.000123 - Invalid credentials',
    accepts: '[{d} +0000] conn={n} op=0 RESULT err=0 tag=97 nentries=0 etime=0.000123 dn="uid=kim,dc=example,dc=org"',
  },
  strongswan: {
    opens: [
      '{s} charon: 14[NET] received packet: from {a}[{n}] to 192.0.2.4[4500] (80 bytes)',
      '{s} charon: 16[NET] received packet: from 198.51.100.7[{n}] to 192.0.2.4[4500] (80 bytes)',
    ],
    refuses: '{s} charon: 14[IKE] EAP method EAP_MSCHAPV2 failed for peer kim',
    accepts: '{s} charon: 14[IKE] IKE_SA rw[{n}] established between 192.0.2.4[vpn.example.org]...{a}[kim]',
  },
}

const start = Date.UTC(2026, 10, 21, 3, 12)
const attempts = 40

const linesOf = ({ opens, refuses, accepts }: Server, accepted: (attempt: number) => boolean) =>
  Array.from({ length: attempts }, (_, attempt) => {
    const receivedAt = start + attempt * 2000
    const time = new Date(receivedAt).toISOString()
    const values: Readonly<Record<string, string>> = {
      i: `${time.slice(0, 10)} ${time.slice(11, 23)}`,
      s: `Nov 21 ${time.slice(11, 19)} srv-3`,
      d: `21/Nov/2026:${time.slice(11, 23)}`,
      n: String(40_000 + attempt * 7),
      a: '203.0.113.9',
    }
    return [...opens, accepted(attempt) ? accepts : refuses].map((line) => ({
      text: line.replaceAll(/\{([isdna])\}/g, (_all, name: string) => values[name] ?? ''),
      receivedAt,
    }))
  }).flat()

const analyze = async (source: string, server: Server, accepted: (attempt: number) => boolean) => {
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  async function* records() {
    yield linesOf(server, accepted).map((record) => ({ ...record, source }))
  }
  return createAnalysis({ config, rules: rules.book, log })(records())
}

it.each(Object.entries(servers))(
  'names who guessed a password of %s, and that it was accepted',
  async (name, server) => {
    const { alerts, incidents } = await analyze(name, server, (attempt) => attempt === attempts - 1)
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ severity: 'critical' })
    const guessed = alerts.find(({ type }) => type === 'brute_force')
    expect(JSON.stringify(guessed)).toContain('203.0.113.9')
    expect(incidents[0]?.title).toMatch(/kim logged in from 203\.0\.113\.9 after 39 failed logins/)
  },
)

it.each(Object.entries(servers))('is quiet about users of %s who mistype a password', async (name, server) => {
  const { incidents } = await analyze(name, server, (attempt) => attempt % 20 !== 7)
  expect(incidents).toEqual([])
})
