import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { askReceiver, receiverAnswer, receiverName } from './ask-receiver.ts'

/** Sends a test message and returns the receiver's answer. */
export const testReceiver = defineOperation({
  name: 'test_receiver',
  summary: 'Sends a labelled test message to a receiver and shows its answer.',
  role: 'admin',
  input: z.strictObject({ name: receiverName }),
  output: receiverAnswer.meta({ id: 'ReceiverTest' }),
  run({ name }, deps: Pick<Deps, 'receiverTrials' | 'store' | 'now' | 'newId'> & { readonly actor: Actor }) {
    const { receiverTrials, newId, actor } = deps
    const ask = () => receiverTrials.test(name, { id: newId(), actor: actor.name })
    return askReceiver({ name, action: 'test_receiver', ask }, deps)
  },
})
