import { z } from 'zod'
import { toDigestPage } from '../../pipeline/notify/digest/digest-page.ts'
import { digestPeriods } from '../../schema/digest.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { composeDigest } from './compose-digest.ts'

/** Sends a digest and returns the receiver's answer. A refusal is a result, not an error. */
export const sendDigest = defineOperation({
  name: 'send_digest',
  summary: 'Sends the digest of a day or a week to a receiver now, and shows its answer.',
  role: 'admin',
  input: z.strictObject({
    name: z.string().max(100).describe('The name of the receiver in the configuration.'),
    period: z.enum(digestPeriods).default('week').describe('The length of the period.'),
    to: z.string().max(64).default('now').describe('The end of the period: ISO 8601 or now-2d.'),
  }),
  output: z
    .object({
      receiver: z.string(),
      delivered: z.boolean(),
      answer: z.string(),
      error: z.string().optional(),
      hint: z.string().optional(),
    })
    .meta({ id: 'DigestDelivery' }),
  async run(
    { name, period, to },
    deps: Pick<Deps, 'store' | 'learning' | 'receiverTrials' | 'publicUrl' | 'now' | 'newId'> & {
      readonly actor: Actor
    },
  ) {
    const { store, receiverTrials, publicUrl, now, newId, actor } = deps
    const digest = await composeDigest({ period, to: parseTime(to, now(), 'end', 'to') }, deps)
    const outcome = await receiverTrials.sendDigest(name, toDigestPage(digest, publicUrl), newId())
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'send_digest',
      target_type: 'receiver',
      target_id: name,
      old_values: null,
      new_values: { delivered: outcome.delivered },
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return { receiver: name, ...outcome }
  },
})
