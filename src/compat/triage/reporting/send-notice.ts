import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { askReceiver, receiverAnswer } from '../../../operations/notifications/ask-receiver.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'

const severities = { low: 'low', normal: 'medium', high: 'high', urgent: 'critical' } as const
const mostRecipients = 50

/** Sends a message of a client to configured receivers. An address that the configuration does not name gets nothing. */
export const sendNotice = defineOperation({
  name: 'send_notice',
  summary: 'Sends a message to receivers of the configuration and shows their answers.',
  role: 'analyst',
  input: z.strictObject({
    recipients: z.array(z.string().max(100)).min(1).max(mostRecipients).describe('The names of receivers.'),
    subject: z.string().max(500).default(''),
    message: z.string().min(1).max(10_000),
    priority: z.enum(['low', 'normal', 'high', 'urgent']).default('normal'),
  }),
  output: z.object({ results: z.array(receiverAnswer) }),
  async run(
    { recipients, subject, message, priority },
    deps: Pick<Deps, 'receiverTrials' | 'receivers' | 'store' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const results = []
    for (const name of recipients) {
      if (!deps.receivers.includes(name)) {
        const error = `"${name}" is no receiver under "notify" in the configuration.`
        results.push({ receiver: name, delivered: false, answer: '', error })
        continue
      }
      const notice = { title: subject, text: message, severity: severities[priority] }
      const ask = () => deps.receiverTrials.sendText(name, notice, deps.newId())
      results.push(await askReceiver({ name, action: 'send_notice', ask }, deps))
    }
    return { results }
  },
})
