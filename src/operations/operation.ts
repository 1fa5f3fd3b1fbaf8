import type { z } from 'zod'
import type { Actor, Role } from '../schema/role.ts'
import type { Deps } from './deps.ts'
import type { WorkerDeps } from './offload.ts'

/** Something that can be asked, whatever the door: REST, GraphQL, MCP, CLI or the clock. */
export interface Operation<Input extends z.ZodType, Output extends z.ZodType, Needs = Deps> {
  /** snake_case: operationId, MCP tool, CLI command. */
  readonly name: string
  readonly summary: string
  /** The least role that may ask. */
  readonly role: Role
  readonly input: Input
  readonly output: Output
  readonly thread?: undefined
  run(input: z.output<Input>, deps: Needs & { readonly actor: Actor }): Promise<z.input<Output>>
}

/** An operation that takes seconds of CPU time: it runs in a worker thread, so that the server keeps answering meanwhile. */
export interface WorkerOperation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType>
  extends Omit<Operation<Input, Output>, 'thread' | 'run'> {
  readonly thread: 'worker'
  /** What it changes, for one that changes something: each success is audited, with what was asked and answered. */
  readonly audits?: string
  run(input: z.output<Input>, deps: WorkerDeps): Promise<z.input<Output>>
}

/**
 * Declares an operation. `Needs` is the part of the dependencies it uses (`Pick<Deps, 'store'>`), so that a test can hand in just that.
 */
export const defineOperation = <Input extends z.ZodType, Output extends z.ZodType, Needs = Deps>(
  operation: Operation<Input, Output, Needs>,
): Operation<Input, Output, Needs> => operation

/** Declares an operation that runs in a worker thread. Add it to `workerOperations` as well. */
export const defineWorkerOperation = <Input extends z.ZodType, Output extends z.ZodType>(
  operation: Omit<WorkerOperation<Input, Output>, 'thread'>,
): WorkerOperation<Input, Output> => ({ ...operation, thread: 'worker' })
