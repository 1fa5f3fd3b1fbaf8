import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'

export const idempotencyKey = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('An idempotency key. Repeating a request with the same key has no effect.')

/** Hashes a key with its caller, because callers may choose the same key for different requests. `scope` separates kinds of requests. */
export const callerKey = (actor: Actor, key: string, ...scope: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([...scope, actor.name, key]))
    .digest('hex')

/** Returns the options that make an intake of alerts idempotent; none without a key. */
export const alertsKey = (actor: Actor, key: string | undefined, texts: readonly string[]) =>
  key === undefined
    ? {}
    : {
        key: callerKey(actor, key, 'alerts'),
        bodyHash: createHash('sha256').update(JSON.stringify(texts)).digest('hex'),
      }
