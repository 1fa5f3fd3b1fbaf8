import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../../../test/any-character.ts'
import { runs } from '../../../../../test/depth.ts'
import { silentLog } from '../../../../component.ts'
import type { Incident } from '../../../../schema/incident/incident.ts'
import { openNotifier } from '../../notifier.fake.ts'
import { sinkRegistry } from '../../registry.ts'
import { someIncident, someNotification } from '../../sink.conformance.ts'
import { escapeIssueText } from './issue-markdown.ts'
import { openTracker, trackers } from './tracker.fake.ts'

const { signal } = new AbortController()
const runtime = { now: Date.now, fetch, log: silentLog, signal }
const publicUrl = 'https://vedette.example.com'
const facts: Partial<Incident> = {
  types: ['brute_force'],
  entities: [
    { type: 'host', value: 'web-01' },
    { type: 'user', value: 'root' },
  ],
  address_roles: { attacker: [{ ip: '203.0.113.9', events: 286, internal: false }] },
}

describe.each(trackers)('%s', (name, type, wire) => {
  let server: Awaited<ReturnType<typeof openTracker>>
  beforeEach(async () => {
    server = await openTracker(wire)
  })
  afterEach(() => server.close())
  const make = (options: object = {}) => sinkRegistry.create(type, { ...server.options, ...options }, runtime)
  const open = () => {
    const notifier = openNotifier({ tickets: make() }, { timeout: 5_000 })
    const send = async (changed: Partial<Incident> = {}): Promise<void> => {
      await notifier.plan(someIncident({ ...facts, ...changed }))
      await notifier.deliver()
    }
    const retry = async (): Promise<void> => {
      notifier.clock.now += 60_000
      await notifier.deliver()
    }
    return { notifier, send, retry }
  }
  const shown = () => [...server.issues.values()]
  const comments = () =>
    shown().flatMap((issue) => issue.comments.map((comment) => JSON.stringify(comment).replaceAll('\\', '')))

  it('keeps one issue per incident, comments on it, and closes and reopens it', async () => {
    const { send } = open()
    await send({ severity: 'medium' })
    expect(comments()).toEqual([])
    await send({ severity: 'critical' })
    await send({ severity: 'critical', status: 'closed', resolution: 'true_positive' })
    expect(shown().map(({ state }) => state)).toEqual([wire.closed])
    await send({ severity: 'critical' })
    expect(shown()).toHaveLength(1)
    expect(shown()[0]).toMatchObject({
      title: 'INC-1: SSH brute force on web-01: 286 failed logins from 203.0.113.9',
      state: wire.reopened,
      labels: expect.arrayContaining(['security']),
    })
    expect(comments()).toEqual([
      expect.stringContaining('Severity raised INC-1'),
      expect.stringContaining('Resolved INC-1'),
      expect.stringContaining('Reopened INC-1'),
    ])
    expect(server.refusals).toEqual([])
  })

  it('writes an issue and a comment, as recorded', async () => {
    const sink = make()
    const incident = someIncident(facts)
    await sink.send(someNotification({ incident, publicUrl, actions: ['Block 203.0.113.9 at the firewall'] }), signal)
    await sink.send(
      someNotification({
        incident: { ...incident, status: 'resolved', resolution: 'true_positive' },
        reason: 'resolved',
        idempotencyKey: 'i1/tickets/resolved/1',
        previous: { planned: 0, time: 0, severity: 'medium' },
      }),
      signal,
    )
    await expect(`${JSON.stringify(shown(), null, 2)}\n`).toMatchFileSnapshot(
      `../../fixtures/channels/${name.toLowerCase().replaceAll(' ', '-')}.json`,
    )
  })

  it('opens no second issue and writes no second comment after an answer was lost', async () => {
    const { send, retry, notifier } = open()
    server.failures.push(503)
    await send()
    await retry()
    expect(shown()).toHaveLength(1)
    server.failures.push(503)
    await send({ severity: 'critical' })
    await retry()
    expect(comments()).toHaveLength(1)
    // The comment, then the state.
    server.failures.push(201, 503)
    await send({ severity: 'critical', status: 'closed' })
    await retry()
    expect(comments()).toHaveLength(2)
    expect(shown()[0]?.state).toBe(type === 'thehive' && wire.closed === 'TruePositive' ? 'Other' : wire.closed)
    expect(notifier.statuses()).toEqual(['sent', 'sent', 'sent'])
  })

  it('opens another issue if the first one was deleted', async () => {
    const { send } = open()
    await send({ severity: 'medium' })
    server.issues.clear()
    await send({ severity: 'high' })
    expect(shown()).toHaveLength(1)
  })

  it('opens no issue for an incident that is over', async () => {
    await make().send(someNotification({ incident: someIncident({ status: 'closed' }), reason: 'resolved' }), signal)
    expect(shown()).toEqual([])
  })

  it('keeps an issue for each incident of a message', async () => {
    const others = [someIncident({ id: 'i2', display_id: 'INC-2' })]
    await make().send(someNotification({ others }), signal)
    await make().send(someNotification({ others }), signal)
    expect(shown().map(({ title }) => title.slice(0, 5))).toEqual(['INC-1', 'INC-2'])
  })

  it('accepts any text', async () => {
    const parts = ['<img src=https://evil/x>', '/close\n', '#1', '!2', '@everyone', '[x](https://e.example)', '{code}', '{noformat}', '-->', '```', '\\', '|', 'h1. ', '漢😀', ' '] // biome-ignore format: a list
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: anyCharacter, maxLength: 400 }),
          fc.array(fc.constantFrom(...parts)).map((all) => all.join('')),
        ),
        async (text) => {
          const title = text.padEnd(1, 'x')
          const evidence = [{ event_id: '1', time: '2024-12-10T06:00:00.000Z', line: title }]
          const incident = someIncident({ ...facts, id: crypto.randomUUID(), title, reason: title, evidence })
          await make().send(someNotification({ incident, actions: [title] }), signal)
        },
      ),
      { numRuns: runs(80) },
    )
    expect(server.refusals).toEqual([])
    expect(server.issues.size).toBeGreaterThan(0)
  })

  it('previews the issue, without secrets', () => {
    const preview = make().preview(someNotification())
    expect(preview).toContain('286 failed logins')
    expect(preview).not.toMatch(/token|hive-key/)
  })

  it('gives up with a wrong token', async () => {
    const secret = type === 'thehive' ? { api_key: 'wrong' } : { token: 'wrong' }
    await expect(make(secret).send(someNotification(), signal)).rejects.toMatchObject({ retryable: false })
  })
})

describe('texts of issues', () => {
  it.each([
    ['see #12, !3, GH-1 and @team', /#\d|!\d|@t/],
    ['/close', /^\//],
    ['<img src=https://evil.example/x>', /<|https:\/\//],
    ['[login](https://evil.example)', /(?<!\\)\[|https:\/\//],
  ])('%s refers to nothing', (text, reference) => {
    expect(escapeIssueText(text)).not.toMatch(reference)
  })
})

it.each([
  ['github', { repository: 'nowhere', token: 't' }],
  ['gitlab', { project: 'nowhere', token: 't' }],
  ['jira', { url: 'https://example.atlassian.net', project: 'SEC', token: 't' }],
  ['jira', { url: 'https://example.atlassian.net', project: 'sec"', token: 't', email: 'kim@example.com' }],
  ['thehive', { url: 'ftp://thehive', api_key: 'k' }],
])('%s rejects %j', (type, options) => {
  expect(() => sinkRegistry.create(type, options, runtime)).toThrow(/not valid/)
})
