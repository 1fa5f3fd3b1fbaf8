import { z } from 'zod'
import type { AnyOperation } from '../ask.ts'

/** The dependencies of a tool: it runs operations for the caller. */
export interface ToolContext {
  /** Runs an operation; its answer is validated against its output schema. */
  ask<Output extends z.ZodType>(
    operation: AnyOperation & { readonly output: Output },
    input: unknown,
  ): Promise<z.output<Output>>
  /** Reads a file below the allowed folders. Throws FORBIDDEN elsewhere. */
  readFile(path: string): Promise<string>
  /** Resolves a path below the allowed folders, following links. Throws FORBIDDEN elsewhere. */
  within(path: string): Promise<string>
  /** The base URL of links to the dashboard. */
  readonly url: string | undefined
  /** Proves that a preview was seen before it is applied. */
  readonly confirmations: Confirmations
  /** Aborts when the call is cancelled. */
  readonly signal: AbortSignal
  progress(done: number, total: number, message: string): Promise<void>
}

export interface Confirmations {
  /** Issues a token for exactly this. */
  issue(what: unknown): string
  /** Consumes the token; false when it was never issued for this, or too long ago. */
  redeem(token: string, what: unknown): boolean
}

/** The answer of a tool: a document for programs, and the same as text for a model. */
export interface ToolAnswer {
  readonly structured: Readonly<Record<string, unknown>>
  /** The list that a cursor pages through: it contains the items that fit. */
  readonly paged?: string
  /** Without one, the document itself. */
  readonly text?: string
}

/** An integer in an answer: `z.int()` would list the largest integer, at the cost of every reader of the list of tools. */
export const wholeNumber = z.number()

/** A tool of the MCP server. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** `write` tools are offered only where writing is allowed. */
  readonly kind: 'read' | 'write'
  /** Whether it replaces something that the tool cannot restore. */
  readonly destructive?: true
  /** Offered to the user who started `vedette mcp`, even where writing is not allowed. */
  readonly local?: true
  /** The only operations that it may run. It is offered to callers whose role includes all of them. */
  readonly asks: readonly AnyOperation[]
  /** How to request less after an answer was cut, in a few words. */
  readonly narrow?: string
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  run(input: unknown, context: ToolContext): Promise<ToolAnswer>
}

/** Declares a tool; its input arrives parsed. Unknown arguments are rejected, because a model would not notice that they were ignored. */
export const defineTool = <Input extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'run'> & {
    readonly input: Input
    run(input: z.output<Input>, context: ToolContext): Promise<ToolAnswer>
  },
): Tool => ({
  ...tool,
  input: z.strictObject(tool.input.shape, { error: (issue) => refuseUnknown(tool.name, tool.input, issue) }),
  run: (input, context) => tool.run(tool.input.parse(input), context),
})

const refuseUnknown = (name: string, { shape }: z.ZodObject, issue: z.core.$ZodRawIssue): string | undefined => {
  if (issue.code !== 'unrecognized_keys') return undefined
  const taken = Object.keys(shape)
  const unknown = issue.keys
    .map((key) => key.slice(0, 80))
    .slice(0, 10)
    .join(', ')
  return `${name} takes no ${unknown}. ${taken.length === 0 ? 'It takes no arguments.' : `It takes: ${taken.join(', ')}.`}`
}
