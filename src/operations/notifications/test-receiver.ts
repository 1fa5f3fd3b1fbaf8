import { z } from 'zod'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Sends a test message and returns the receiver's answer. A refusal is a result, not an error. */
export const testReceiver = defineOperation({
  name: 'test_receiver',
  summary: 'Sends a labelled test message to a receiver and shows its answer.',
  role: 'admin',
  input: z.strictObject({ name: z.string().max(100).describe('The name of the receiver in the configuration.') }),
  output: z
    .object({
      receiver: z.string(),
      delivered: z.boolean(),
      /** The answer of the receiver, such as `200 ok`; empty if it gave no answer or its protocol has none. */
      answer: z.string(),
      /** Why the message was not delivered. */
      error: z.string().optional(),
      hint: z.string().optional(),
    })
    .meta({ id: 'ReceiverTest' }),
  async run(
    { name },
    {
      receiverTrials,
      store,
      now,
      newId,
      actor,
    }: Pick<Deps, 'receiverTrials' | 'store' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const outcome = await receiverTrials.test(name, { id: newId(), actor: actor.name })
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'test_receiver',
      target_type: 'receiver',
      target_id: name,
      old_values: null,
      new_values: { delivered: outcome.delivered },
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return { receiver: name, ...outcome }
  },
})
