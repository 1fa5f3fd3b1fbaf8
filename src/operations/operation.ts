import type { z } from 'zod'
import type { Actor, Role } from '../schema/account/role.ts'
import type { Deps } from './deps.ts'
import type { WorkerDeps } from './offload.ts'

/** An operation is available through every interface: REST, GraphQL, MCP, CLI and the scheduler. */
export interface Operation<Input extends z.ZodType, Output extends z.ZodType, Needs = Deps> {
  /** snake_case: operationId, MCP tool, CLI command. */
  readonly name: string
  readonly summary: string
  /** The lowest role that may call it. */
  readonly role: Role
  readonly input: Input
  readonly output: Output
  readonly thread?: undefined
  run(input: z.output<Input>, deps: Needs & { readonly actor: Actor }): Promise<z.input<Output>>
}

/** An operation that takes seconds of CPU time. It runs in a worker thread, so that the server stays responsive. */
export interface WorkerOperation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType>
  extends Omit<Operation<Input, Output>, 'thread' | 'run'> {
  readonly thread: 'worker'
  /** The changed object of a writing operation. Each success is audited with its input and output. */
  readonly audits?: string
  run(input: z.output<Input>, deps: WorkerDeps): Promise<z.input<Output>>
}

/**
 * Declares an operation. `Needs` is the part of the dependencies it uses (`Pick<Deps, 'store'>`), so that tests can
 * pass just that.
 */
export const defineOperation = <Input extends z.ZodType, Output extends z.ZodType, Needs = Deps>(
  operation: Operation<Input, Output, Needs>,
): Operation<Input, Output, Needs> => operation

/** Declares an operation that runs in a worker thread. Add it to `workerOperations` too. */
export const defineWorkerOperation = <Input extends z.ZodType, Output extends z.ZodType>(
  operation: Omit<WorkerOperation<Input, Output>, 'thread'>,
): WorkerOperation<Input, Output> => ({ ...operation, thread: 'worker' })
