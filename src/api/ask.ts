import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { type Credential, callerOf } from '../operations/accounts/credential.ts'
import type { SignInKeys } from '../operations/accounts/sessions/sign-in-keys.ts'
import type { AnswerListener } from '../operations/answer-listener.ts'
import type { Deps } from '../operations/deps.ts'
import { extendObject } from '../operations/extend-object.ts'
import type { JsonBytes } from '../operations/json-bytes.ts'
import type { Operation, WorkerOperation } from '../operations/operation.ts'
import { depsFor } from '../operations/personal-data.ts'
import { type Actor, mayAct } from '../schema/account/role.ts'
import { invalidInput } from './problem.ts'

/** The dependencies that doors add. */
export interface InterfaceDeps extends Deps {
  readonly signInKeys: SignInKeys
  identify(token: string): Promise<Credential | undefined>
  /** The client that waits for the answer, for slow operations. */
  readonly watcher?: AnswerListener | undefined
}

/** The dependencies that operations may use, once the caller is known. */
interface OperationDeps extends InterfaceDeps {
  readonly credential: Credential
  readonly actor: Actor
  /** The client address; `''` if the interface does not know it. */
  readonly address: string
}

/** An operation with any input and output. */
export type AnyOperation = Operation<z.ZodType, z.ZodType, OperationDeps> | WorkerOperation

/** The origin of a request, as far as the interface knows it, for the audit log. */
export interface Origin {
  readonly ip_address: string
  readonly user_agent?: string
}

/** The caller of an operation that needs no token: it is open to every role, so any role works. */
const stranger: Credential = {
  actor: { name: 'stranger', role: 'viewer' },
  via: 'token',
  tokenId: null,
  accountId: null,
  expiresAt: null,
}

/**
 * Runs an operation for a caller: checks the permission, validates the input, then does the work. Every interface uses this function. An
 * operation of a worker thread returns `JsonBytes`.
 */
export const ask = async (
  operation: AnyOperation,
  input: unknown,
  deps: InterfaceDeps,
  credential: Credential | undefined,
  origin?: Origin,
): Promise<unknown> => {
  permit(operation, credential)
  if (operation.thread === 'worker') {
    const answer = await deps.offload({
      operation: operation.name,
      input,
      caller: callerOf(credential ?? stranger, origin?.ip_address ?? ''),
      signal: deps.watcher?.signal,
    })
    if (operation.audits !== undefined) await auditWork(operation, { input, answer, deps, credential, origin })
    return answer
  }
  const parsed = operation.input.safeParse(input)
  if (!parsed.success) throw invalidInput(parsed.error)
  const who = credential ?? stranger
  return operation.run(
    parsed.data,
    depsFor(
      who.actor,
      extendObject(deps, {
        credential: who,
        actor: who.actor,
        address: origin?.ip_address ?? '',
        ...(origin && { store: remembering(deps.store, origin) }),
      }),
    ),
  )
}

interface Work {
  readonly input: unknown
  readonly answer: JsonBytes
  readonly deps: InterfaceDeps
  readonly credential: Credential | undefined
  readonly origin: Origin | undefined
}

/** Writes down that a worker operation changed something: its thread has no store. */
const auditWork = ({ name, audits = '' }: WorkerOperation, { input, answer, deps, credential, origin }: Work) => {
  const { store, now } = deps
  const entry = {
    ...origin,
    time: now(),
    actor: (credential ?? stranger).actor.name,
    action: name,
    target_type: audits,
    target_id: name,
    old_values: null,
    new_values: { asked: input, answered: answer.parse() },
  }
  return store.transaction((tx) => store.audit.append([entry], tx))
}

/** The store, with an audit log that records the origin of the request. */
const remembering = (store: Deps['store'], origin: Origin): Deps['store'] =>
  extendObject(store, {
    audit: extendObject(store.audit, {
      append: (...[entries, tx]: Parameters<Deps['store']['audit']['append']>) =>
        store.audit.append(
          entries.map((entry) => ({ ...origin, ...entry })),
          tx,
        ),
    }),
  })

/** Throws FORBIDDEN if the caller's role does not include an operation. An interface calls it first if reading the input is expensive. */
export const permit = (operation: AnyOperation, credential: Credential | undefined): void => {
  if (!credential || mayAct(credential.actor.role, operation.role)) return
  throw new AppError('FORBIDDEN', `The role "${credential.actor.role}" may not ${operation.name}.`, {
    hint: `It needs the role "${operation.role}"${operation.role === 'ingest' ? ' or "admin"' : ' or a higher one'}.`,
  })
}
