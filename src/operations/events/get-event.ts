import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { eventView, toEventView } from '../../schema/event/event.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Returns one event and, on request, the surrounding lines. */
export const getEvent = defineOperation({
  name: 'get_event',
  summary: 'Returns one event with the surrounding lines of its stream.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(40),
    context: z.int().min(0).max(100).default(0).describe('The number of lines before and after the event.'),
  }),
  output: eventView.extend({ before: z.array(eventView), after: z.array(eventView) }).meta({ id: 'EventInContext' }),
  async run({ id, context }, { store }: Pick<Deps, 'store'>) {
    const event = await store.events.get(id)
    if (!event) {
      throw new AppError('NOT_FOUND', `Event "${id}" not found.`, {
        hint: 'It may have expired. Detections keep their evidence.',
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
