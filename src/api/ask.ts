import type { z } from 'zod'
import { AppError } from '../errors.ts'
import type { Credential } from '../operations/credential.ts'
import type { Operation } from '../operations/operation.ts'
import type { SignInKeys } from '../operations/sign-in-keys.ts'
import type { World } from '../operations/world.ts'
import { type Actor, mayAct } from '../schema/role.ts'
import { invalidInput } from './problem.ts'

/** What doors add to the world. */
export interface DoorWorld extends World {
  readonly signInKeys: SignInKeys
  identify(token: string): Promise<Actor | undefined>
}

/** Everything that operations may use, once it is known who asks. */
interface AskedWorld extends DoorWorld {
  readonly credential: Credential
  readonly actor: Actor
}

/** An operation whatever it takes and gives. */
export type AnyOperation = Operation<z.ZodType, z.ZodType, AskedWorld>

/** Who asks what needs no token: the operation is open, so the role only has to be some role. */
const stranger: Credential = {
  actor: { name: 'stranger', role: 'viewer' },
  via: 'token',
  tokenId: null,
  expiresAt: null,
}

/** Asks an operation on somebody's behalf: permission, then validation, then the work. Every door goes through here. */
export const ask = async (
  operation: AnyOperation,
  input: unknown,
  world: DoorWorld,
  credential: Credential | undefined,
): Promise<unknown> => {
  permit(operation, credential)
  const parsed = operation.input.safeParse(input)
  if (!parsed.success) throw invalidInput(parsed.error)
  const who = credential ?? stranger
  return operation.run(parsed.data, within(world, { credential: who, actor: who.actor }))
}

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
