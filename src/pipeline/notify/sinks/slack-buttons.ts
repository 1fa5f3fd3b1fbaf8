import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { minute } from '../../../lib/units/time.ts'
import { type Resolution, resolution } from '../../../schema/alert/alert.ts'
import type { Incident } from '../../../schema/incident/incident.ts'
import type { ButtonPress, ButtonRequest } from '../sink.ts'

interface SlackKey {
  readonly secret: string
  /** The accounts of Slack's users, by the ID of the user. */
  readonly users: Readonly<Record<string, string>>
  readonly now: () => number
}

const oldestRequest = 5 * minute
const blockPrefix = 'vedette:'

const labels: Readonly<Record<Resolution, string>> = {
  true_positive: 'True positive',
  benign_positive: 'Benign',
  false_positive: 'False positive',
  expected: 'Expected',
  duplicate: 'Duplicate',
  other: 'Other',
}

const plain = (text: string) => ({ type: 'plain_text', text })

/** The attachment with the buttons of an open incident. */
export const slackButtons = ({ id, status }: Incident) => ({
  fallback: 'Acknowledge or close it in Vedette.',
  blocks: [
    {
      type: 'actions',
      block_id: `${blockPrefix}${id}`,
      elements: [
        ...(status === 'open'
          ? [{ type: 'button', action_id: 'acknowledge', style: 'primary', text: plain('Acknowledge') }]
          : []),
        {
          type: 'static_select',
          action_id: 'close',
          placeholder: plain('Close as …'),
          options: Object.entries(labels).map(([value, label]) => ({ text: plain(label), value })),
        },
      ],
    },
  ],
})

const press = z.looseObject({
  type: z.literal('block_actions'),
  user: z.looseObject({ id: z.string(), name: z.string().optional(), username: z.string().optional() }),
  response_url: z.url({ protocol: /^https?$/ }),
  actions: z.tuple([
    z.looseObject({
      block_id: z.string().startsWith(blockPrefix),
      action_id: z.enum(['acknowledge', 'close']),
      selected_option: z.looseObject({ value: resolution }).nullish(),
    }),
  ]),
})

/** Checks the signature of a request of Slack's, and reads which button was pressed. Throws UNAUTHENTICATED or INVALID_REQUEST. */
export const readSlackPress = ({ headers, body }: ButtonRequest, { secret, users, now }: SlackKey): ButtonPress => {
  const time = headers['x-slack-request-timestamp']
  const signature = headers['x-slack-signature']
  if (typeof time !== 'string' || typeof signature !== 'string') throw unsigned('has no signature of Slack')
  if (!/^\d{1,12}$/.test(time) || Math.abs(now() - Number(time) * 1000) > oldestRequest) {
    throw unsigned('is older than five minutes')
  }
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')}`)
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unsigned('has a wrong signature')
  const read = press.safeParse(readPayload(body))
  if (!read.success) {
    throw new AppError('INVALID_REQUEST', 'This is no press of a button of Vedette.', {
      hint: 'Use the URL only for the interactivity of the Slack app.',
    })
  }
  const { user, actions, response_url } = read.data
  const [{ block_id, action_id, selected_option }] = actions
  return {
    incident: block_id.slice(blockPrefix.length),
    change:
      action_id === 'close'
        ? { action: 'close', resolution: selected_option?.value ?? 'other' }
        : { action: action_id },
    presser: `${user.username ?? user.name ?? 'the Slack user'} (${user.id})`,
    account: users[user.id],
    answerTo: response_url,
  }
}

const readPayload = (body: string): unknown => {
  try {
    return JSON.parse(new URLSearchParams(body).get('payload') ?? '')
  } catch {
    return undefined
  }
}

const unsigned = (fault: string): AppError =>
  new AppError('UNAUTHENTICATED', `The request ${fault}.`, {
    hint: 'Compare signing_secret with the one of the Slack app, and the clock of this machine with the right time.',
  })
