import { z } from 'zod'
import { duration } from './shapes.ts'

/** How people sign in. */
export const signIn = z.strictObject({
  session: z
    .strictObject({
      lifetime: duration('12h', 'How long a session lasts at most.'),
      idle: duration('2h', 'How long a session lasts without being used; an open dashboard uses it.'),
    })
    .prefault({}),
})
