import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { eventView, toEventView } from '../../schema/event.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Shows one event and, when asked for, the lines around it. */
export const getEvent = defineOperation({
  name: 'get_event',
  summary: 'Shows one event, with as many lines of its stream before and after it as asked for.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(40),
    context: z.int().min(0).max(100).default(0).describe('How many lines before it, and as many after it.'),
  }),
  output: eventView.extend({ before: z.array(eventView), after: z.array(eventView) }).meta({ id: 'EventInContext' }),
  async run({ id, context }, { store }: Pick<Deps, 'store'>) {
    const event = await store.events.get(id)
    if (!event) {
      throw new AppError('NOT_FOUND', `There is no event "${id}".`, {
        hint: 'It may have expired; detections keep the lines that they rest on.',
      })
    }
    const around = context === 0 ? [event] : await store.events.around(id, context, context)
    const place = around.findIndex((other) => other.id === id)
    return {
      ...toEventView(event),
      before: around.slice(0, Math.max(0, place)).map(toEventView),
      after: around.slice(place + 1).map(toEventView),
    }
  },
})
