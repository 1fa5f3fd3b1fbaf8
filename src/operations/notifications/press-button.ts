import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { ButtonPress } from '../../pipeline/notify/sink.ts'
import { roleOf } from '../../schema/account/account.ts'
import { type Actor, mayAct } from '../../schema/account/role.ts'
import { isDismissed } from '../../schema/alert/alert.ts'
import type { Deps } from '../deps.ts'
import { updateIncident } from '../incidents/update-incident.ts'
import { defineOperation } from '../operation.ts'

/** Changes an incident because a user pressed a button in a message. The signature of the receiver replaces a token. */
export const pressButton = defineOperation({
  name: 'press_button',
  summary: 'Acknowledges or closes an incident by a button in a message. The receiver signs the request.',
  role: 'viewer',
  input: z.strictObject({
    name: z.string().max(100).describe('The name of the receiver in the configuration.'),
    body: z.string().describe('The body as the receiver sent and signed it.'),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).describe('The headers of the request.'),
  }),
  output: z.object({}).meta({ id: 'ButtonPressed' }),
  async run({ name, body, headers }, deps: ButtonDeps) {
    const { receiverButtons, store } = deps
    const press = receiverButtons.read(name, { body, headers })
    try {
      const actor = await actorOf(press, store)
      const incident = await updateIncident.run(
        { id: press.incident, ...press.change, note: `By a button in ${name}` },
        { ...deps, actor },
      )
      // Delivery shows that it is over; acknowledging plans no message.
      const { action } = press.change
      if (action === 'acknowledge') await receiverButtons.answer(name, press, { incident })
      else if (isDismissed(incident))
        await receiverButtons.answer(name, press, { text: suppressionHint(incident.display_id, deps.publicUrl) })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // The receiver shows nothing of an error status to the one who pressed.
      await receiverButtons.answer(name, press, { text: `${error.message} ${error.hint ?? ''}`.trim() })
    }
    return {}
  },
})

type ButtonDeps = Pick<Deps, 'store' | 'queue' | 'now' | 'receiverButtons' | 'publicUrl'> & { readonly actor: Actor }

/** Finds the account of the user who pressed the button. Throws FORBIDDEN if it may not change incidents. */
const actorOf = async ({ account, presser }: ButtonPress, { accounts }: Deps['store']): Promise<Actor> => {
  if (account === undefined) {
    throw new AppError('FORBIDDEN', `${presser} has no account here.`, {
      hint: 'Ask an admin to add this user to `users` of the receiver.',
    })
  }
  const found = await accounts.named(account)
  const role = found?.is_active ? roleOf[found.role] : undefined
  if (found && role && mayAct(role, updateIncident.role)) return { name: found.username, role }
  throw new AppError('FORBIDDEN', `The account "${account}" may not change incidents.`, {
    hint: `It must exist, be active, and have the role ${updateIncident.role}.`,
  })
}

const suppressionHint = (id: string, publicUrl: string | undefined): string => {
  const page = publicUrl === undefined ? 'its page' : `${publicUrl.replace(/\/+$/, '')}/incidents/${id}`
  return `${id} is closed. To hide more of the same, suppress its cause: ${page}.`
}
