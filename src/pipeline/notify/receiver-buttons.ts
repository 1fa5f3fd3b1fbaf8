import type { Runtime } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import { limited } from '../../lib/deadline/deadline.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { ButtonPress, ButtonRequest, Notification, NotificationContext, Sink } from './sink.ts'

/** Serves the buttons in messages of receivers. */
export interface ReceiverButtons {
  /** Checks and reads a press. Throws UNAUTHENTICATED, also for an unknown receiver, or INVALID_REQUEST. */
  read(name: string, request: ButtonRequest): ButtonPress
  /** Answers a press by the changed incident, or by a text for the one who pressed. A failure is logged. */
  answer(
    name: string,
    press: ButtonPress,
    result: { readonly incident?: Incident; readonly text?: string },
  ): Promise<void>
}

interface ButtonOptions {
  readonly sinks: ReadonlyMap<string, Sink>
  readonly describe: (incident: Incident, sink: string) => Promise<NotificationContext>
  readonly runtime: Pick<Runtime, 'log' | 'signal'>
}

/** Receivers wait three seconds for the answer to a press. */
const timeout = 2_000

export const createReceiverButtons = ({ sinks, describe, runtime }: ButtonOptions): ReceiverButtons => ({
  read(name, request) {
    const buttons = sinks.get(name)?.buttons
    if (buttons) return buttons.read(request)
    throw new AppError('UNAUTHENTICATED', 'No receiver of this name has buttons.', {
      hint: 'Set signing_secret of a Slack app, and use the name of the receiver in the URL.',
    })
  },
  async answer(name, press, { incident, text }) {
    const buttons = sinks.get(name)?.buttons
    if (!buttons) return
    const work = async (signal: AbortSignal): Promise<void> => {
      if (incident) {
        const notification: Notification = {
          ...(await describe(incident, name)),
          incident,
          reason: 'opened',
          idempotencyKey: `${incident.id}/${name}/button`,
        }
        await buttons.show(press, notification, signal)
      }
      if (text !== undefined) await buttons.say(press, text, signal)
    }
    const late = () => new AppError('SINK_REJECTED', `The receiver did not answer within ${timeout / 1000} s.`)
    await limited(timeout, runtime.signal, work, late).catch((error: unknown) =>
      runtime.log.warn({ sink: name, reason: messageOf(error) }, 'The result of a button could not be shown.'),
    )
  },
})
