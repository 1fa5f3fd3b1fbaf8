import { z } from 'zod'
import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'

/** A log entry on its way from a worker thread to the log of the main thread. */
export const threadLogEntry = z.object({
  type: z.literal('log'),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  facts: z.record(z.string(), z.unknown()),
  message: z.string(),
})

/** Creates the log of a worker thread. Errors lose their class between threads, so their message is sent. */
export const createThreadLog = (post: (entry: z.infer<typeof threadLogEntry>) => void): Log => {
  const logAt = (level: keyof Log) => (facts: object, message: string) =>
    post({ type: 'log', level, facts: { ...facts, ...('err' in facts && { err: messageOf(facts.err) }) }, message })
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') }
}
