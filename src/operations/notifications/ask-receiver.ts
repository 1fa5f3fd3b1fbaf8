import { z } from 'zod'
import type { TrialOutcome } from '../../pipeline/notify/receiver-trials.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'

/** The input that names a receiver. */
export const receiverName = z.string().max(100).describe('The name of the receiver in the configuration.')

/** The outcome of a message to a receiver. A refusal is a result, not an error. */
export const receiverAnswer = z.object({
  receiver: z.string(),
  delivered: z.boolean(),
  /** The answer of the receiver, such as `200 ok`; empty if it gave no answer or its protocol has none. */
  answer: z.string(),
  /** Why the message was not delivered. */
  error: z.string().optional(),
  hint: z.string().optional(),
})

interface ReceiverQuestion {
  readonly name: string
  /** The name of the operation, for the audit log. */
  readonly action: string
  readonly ask: () => Promise<TrialOutcome>
}

/** Sends something to a receiver outside the delivery, and records who did so. */
export const askReceiver = async (
  { name, action, ask }: ReceiverQuestion,
  { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
): Promise<z.input<typeof receiverAnswer>> => {
  const outcome = await ask()
  const entry = {
    time: now(),
    actor: actor.name,
    action,
    target_type: 'receiver',
    target_id: name,
    old_values: null,
    new_values: { delivered: outcome.delivered },
  }
  await store.transaction((tx) => store.audit.append([entry], tx))
  return { receiver: name, ...outcome }
}
