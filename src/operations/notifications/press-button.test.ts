import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '../../component.ts'
import { createReceiverButtons } from '../../pipeline/notify/receiver-buttons.ts'
import { slackSink } from '../../pipeline/notify/sinks/slack.ts'
import type { AccountRole } from '../../schema/account/account.ts'
import { openRig } from '../incidents/pipeline-rig.fake.ts'
import { pressButton } from './press-button.ts'

const secret = '8f742231b10e8888abcd99yyyzzz85a5'.replace(/[^\da-f]/g, '0')
const response = z.strictObject({
  response_type: z.literal('ephemeral').optional(),
  replace_original: z.boolean(),
  text: z.string(),
  attachments: z.array(z.unknown()).optional(),
})

/** An incident, a Slack app whose user U1 is the account kim, and the answers that Slack gets. */
const openPressing = async (role: AccountRole = 'analyst') => {
  const rig = await openRig()
  await rig.recur(0)
  const [incident] = await rig.incidents()
  if (!incident) throw new Error('there is no incident')
  const now = rig.deps.now()
  await rig.store.transaction((tx) =>
    rig.store.accounts.create(
      {
        username: 'kim',
        email: null,
        full_name: null,
        role,
        is_active: true,
        password_hash: null,
        subject: null,
        created_at: now,
        updated_at: now,
      },
      tx,
    ),
  )
  const said: z.output<typeof response>[] = []
  const post = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    expect(String(url)).toBe('https://hooks.slack.com/actions/T1/1/abc')
    said.push(response.parse(JSON.parse(String(init?.body))))
    return new Response('ok')
  }
  const { signal } = new AbortController()
  const sink = slackSink.create(
    slackSink.options.parse({ token: 'xoxb-1', channel: 'C0123456789', signing_secret: secret, users: { U1: 'kim' } }),
    { fetch: post, now: rig.deps.now, log: silentLog, signal },
  )
  const receiverButtons = createReceiverButtons({
    sinks: new Map([['chat', sink]]),
    describe: async () => ({}),
    runtime: { log: silentLog, signal },
  })
  const deps = { ...rig.deps, receiverButtons, publicUrl: 'https://vedette.example.com' }
  const press = (action: object, { user = 'U1', key = secret, age = 0, name = 'chat' } = {}) => {
    const payload = {
      type: 'block_actions',
      user: { id: user, username: 'kim.s', name: 'kim.s', team_id: 'T1' },
      response_url: 'https://hooks.slack.com/actions/T1/1/abc',
      actions: [{ type: 'button', block_id: `vedette:${incident.id}`, action_ts: '1', ...action }],
    }
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
    const time = Math.floor(rig.deps.now() / 1000) - age
    const signature = `v0=${createHmac('sha256', key).update(`v0:${time}:${body}`).digest('hex')}`
    const headers = { 'x-slack-request-timestamp': String(time), 'x-slack-signature': signature }
    return pressButton.run({ name, body, headers }, deps)
  }
  const current = async () => (await rig.incidents())[0]
  const audited = async () =>
    (await rig.store.audit.list({ limit: 10 })).items.map(({ actor, action, target_type }) => [
      actor,
      action,
      target_type,
    ])
  return { rig, press, said, current, audited }
}

const acknowledge = { action_id: 'acknowledge' }
const closeAs = (value: string) => ({ action_id: 'close', selected_option: { value } })

it('acknowledges as the account of the one who pressed, and shows it', async () => {
  const { press, current, audited, said } = await openPressing()
  await press(acknowledge)
  expect(await current()).toMatchObject({ status: 'investigating', assignee: 'kim' })
  expect(await audited()).toContainEqual(['kim', 'acknowledge', 'incident'])
  expect(said).toMatchObject([{ replace_original: true }])
  expect(JSON.stringify(said)).toContain('"Assigned to","value":"kim"')
  // It cannot be acknowledged again.
  expect(JSON.stringify(said)).not.toContain('"action_id":"acknowledge"')
})

it('closes once, and offers the suppression of what was no attack', async () => {
  const { press, current, audited, said } = await openPressing()
  await press(closeAs('false_positive'))
  expect(await current()).toMatchObject({ status: 'closed', resolution: 'false_positive' })
  expect(await audited()).toContainEqual(['kim', 'close', 'incident'])
  expect(said).toMatchObject([
    {
      response_type: 'ephemeral',
      text: expect.stringContaining('suppress its cause: https://vedette.example.com/incidents/'),
    },
  ])
  await press(closeAs('false_positive'))
  expect(said.at(-1)?.text).toContain('is already closed')
})

it.each([
  ['an unknown user', 'analyst' as const, { user: 'U2' }, 'kim.s (U2) has no account'],
  ['an account that may only look', 'viewer' as const, {}, 'may not change incidents'],
])('says to %s why nothing happened', async (_who, role, options, reason) => {
  const { press, current, said } = await openPressing(role)
  await press(closeAs('true_positive'), options)
  expect(await current()).toMatchObject({ status: 'open' })
  expect(said).toMatchObject([{ response_type: 'ephemeral', text: expect.stringContaining(reason) }])
})

it.each([
  ['another key', { key: 'f'.repeat(32) }],
  ['an old request', { age: 301 }],
  ['an unknown receiver', { name: 'pager' }],
])('refuses %s', async (_what, options) => {
  const { press, current, said } = await openPressing()
  await expect(press(acknowledge, options)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(await current()).toMatchObject({ status: 'open' })
  expect(said).toEqual([])
})

it('refuses what is no button of Vedette', async () => {
  const { press } = await openPressing()
  await expect(press({ action_id: 'close', selected_option: { value: 'nonsense' } })).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  })
  await expect(press({ ...acknowledge, block_id: 'other' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})
