import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../component.ts'
import { someDigest } from './digest/digest.fake.ts'
import { toDigestPage } from './digest/digest-page.ts'
import { createReceivers } from './receivers.ts'
import { digestTypes } from './registry.ts'
import { someIncident } from './sink.conformance.ts'
import { openVendor, type Vendor, vendors } from './vendor.fake.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = { now: () => 1_733_813_700_500, fetch, log, signal: new AbortController().signal }
const vendorOf = (name: string): Vendor => {
  const vendor = vendors[name]
  if (!vendor) throw new Error(`There is no vendor ${name}.`)
  return vendor
}

describe.each(Object.keys(vendors))('a test of a receiver of the type %s', (type) => {
  let server: Awaited<ReturnType<typeof openVendor>>
  beforeEach(async () => {
    server = await openVendor(vendorOf(type))
  })
  afterEach(() => server.close())
  const open = () =>
    createReceivers({
      composeDigest: async () => someDigest,
      transaction: (work) => work(undefined),
      notify: [{ name: 'oncall', type, min_severity: 'high', ...vendorOf(type).options(server.origin) }],
      store: {
        notifications: {
          plan: async () => {},
          cancel: async () => {},
          due: async () => [],
          update: async () => {},
          sentTimes: async () => [],
          forIncident: async () => [],
        },
        incidents: { load: async () => [] },
        alerts: { load: async () => [] },
      },
      publicUrl: 'https://vedette.example.com',
      runtime,
      notified: () => {},
      isSender: async () => true,
    }).trials
  const test = { id: 't1', actor: 'kim' }

  it('sends a digest, if people read its messages', async () => {
    const sent = open().sendDigest('oncall', toDigestPage(someDigest, 'https://vedette.example.com'), 'd1')
    if (digestTypes.has(type)) expect(await sent).toMatchObject({ delivered: true })
    else await expect(sent).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('sends a labelled message, returns the answer and leaves nothing open', async () => {
    const outcome = await open().test('oncall', test)
    const { status, body } = vendorOf(type).accepted
    expect(outcome).toEqual({ delivered: true, answer: `${status} ${body}`.trim() })
    expect(server.refusals).toEqual([])
    const sent = server.calls.map((call) => JSON.stringify(call))
    expect(sent[0]).toMatch(/kim sent this test message|Vedette can reach this receiver/)
    expect(sent).toHaveLength(['alertmanager', 'opsgenie', 'pagerduty'].includes(type) ? 2 : 1)
    expect(sent.slice(1).join('')).toMatch(sent.length === 1 ? /^$/ : /resolve|close|endsAt/)
  })

  it('shows why the receiver refused', async () => {
    server.state.isLimited = true
    const outcome = await open().test('oncall', test)
    expect(outcome.delivered).toBe(false)
    expect(outcome.error).toContain('returned status 429')
    expect(outcome.answer).toContain('429')
  })

  it('previews the message about an incident', async () => {
    expect(await open().preview('oncall', someIncident())).toContain('286 failed logins')
    expect(server.calls).toEqual([])
  })

  it('names the known receivers', async () => {
    await expect(open().test('other', test)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Use one of: oncall.' })
    await expect(open().preview('other', someIncident())).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
