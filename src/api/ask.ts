import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { type Credential, callerOf } from '../operations/credential.ts'
import type { Operation, WorkerOperation } from '../operations/operation.ts'
import type { SignInKeys } from '../operations/sign-in-keys.ts'
import type { Watcher } from '../operations/watcher.ts'
import type { World } from '../operations/world.ts'
import { type Actor, mayAct } from '../schema/role.ts'
import { invalidInput } from './problem.ts'

/** What doors add to the world. */
export interface DoorWorld extends World {
  readonly signInKeys: SignInKeys
  identify(token: string): Promise<Credential | undefined>
  /** Whoever waits at the door, where its answers take long. */
  readonly watcher?: Watcher | undefined
}

/** Everything that operations may use, once it is known who asks. */
interface AskedWorld extends DoorWorld {
  readonly credential: Credential
  readonly actor: Actor
  /** Where the request comes from; `''` when its door does not know. */
  readonly address: string
}

/** An operation whatever it takes and gives. */
export type AnyOperation = Operation<z.ZodType, z.ZodType, AskedWorld> | WorkerOperation

/** Where a request comes from, as far as its door knows; the audit remembers it. */
export interface Origin {
  readonly ip_address: string
  readonly user_agent?: string
}

/** Who asks what needs no token: the operation is open, so the role only has to be some role. */
const stranger: Credential = {
  actor: { name: 'stranger', role: 'viewer' },
  via: 'token',
  tokenId: null,
  accountId: null,
  expiresAt: null,
}

/**
 * Asks an operation on somebody's behalf: permission, then validation, then the work. Every door goes through here. An operation of a worker
 * thread answers with `JsonBytes`.
 */
export const ask = async (
  operation: AnyOperation,
  input: unknown,
  world: DoorWorld,
  credential: Credential | undefined,
  origin?: Origin,
): Promise<unknown> => {
  permit(operation, credential)
  if (operation.thread === 'worker') {
    return world.offload({
      operation: operation.name,
      input,
      caller: callerOf(credential ?? stranger, origin?.ip_address ?? ''),
      signal: world.watcher?.signal,
    })
  }
  const parsed = operation.input.safeParse(input)
  if (!parsed.success) throw invalidInput(parsed.error)
  const who = credential ?? stranger
  return operation.run(
    parsed.data,
    within(world, {
      credential: who,
      actor: who.actor,
      address: origin?.ip_address ?? '',
      ...(origin && { store: remembering(world.store, origin) }),
    }),
  )
}

/** The store, whose audit remembers where a request came from. */
const remembering = (store: World['store'], origin: Origin): World['store'] =>
  within(store, {
    audit: within(store.audit, {
      append: (...[entries, tx]: Parameters<World['store']['audit']['append']>) =>
        store.audit.append(
          entries.map((entry) => ({ ...origin, ...entry })),
          tx,
        ),
    }),
  })

/** Adds who asks to the world without copying it, because what is in it may rely on `this`. */
const within = <Base extends object, Added extends object>(base: Base, added: Added): Base & Added =>
  // Object.create is typed `any`: it has no way to say that the result inherits what `base` has.
  Object.assign(Object.create(base) as Base, added)

/** Refuses what the role of who asks does not cover; a door calls it first when reading the input costs something. */
export const permit = (operation: AnyOperation, credential: Credential | undefined): void => {
  if (!credential || mayAct(credential.actor.role, operation.role)) return
  throw new AppError('FORBIDDEN', `The role "${credential.actor.role}" may not ${operation.name}.`, {
    hint: `It needs the role "${operation.role}"${operation.role === 'ingest' ? ' or "admin"' : ' or a higher one'}.`,
  })
}
