import { z } from 'zod'
import { toDigestPage } from '../../pipeline/notify/digest/digest-page.ts'
import type { Actor } from '../../schema/account/role.ts'
import { digestPeriods } from '../../schema/digest.ts'
import type { Deps } from '../deps.ts'
import { askReceiver, receiverAnswer, receiverName } from '../notifications/ask-receiver.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { composeDigest } from './compose-digest.ts'

/** Sends a digest and returns the receiver's answer. */
export const sendDigest = defineOperation({
  name: 'send_digest',
  summary: 'Sends the digest of a day or a week to a receiver now, and shows its answer.',
  role: 'admin',
  input: z.strictObject({
    name: receiverName,
    period: z.enum(digestPeriods).default('week').describe('The length of the period.'),
    to: z.string().max(64).default('now').describe('The end of the period: ISO 8601 or now-2d.'),
  }),
  output: receiverAnswer.meta({ id: 'DigestDelivery' }),
  async run(
    { name, period, to },
    deps: Pick<Deps, 'store' | 'learning' | 'receiverTrials' | 'publicUrl' | 'now' | 'newId'> & {
      readonly actor: Actor
    },
  ) {
    const { receiverTrials, publicUrl, now, newId } = deps
    const digest = await composeDigest({ period, to: parseTime(to, now(), 'end', 'to') }, deps)
    const ask = () => receiverTrials.sendDigest(name, toDigestPage(digest, publicUrl), newId())
    return askReceiver({ name, action: 'send_digest', ask }, deps)
  },
})
