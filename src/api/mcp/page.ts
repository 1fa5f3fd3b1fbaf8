import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { AnyOperation } from '../ask.ts'
import { countFitting } from './budget.ts'
import type { ToolContext } from './tool.ts'

export const cursor = z.string().optional()
/** The input of a tool that answers with a list. */
export const page = { limit: z.int().min(1).max(100).default(20), cursor }
export const time = { from: z.string().optional(), to: z.string().optional() }

/** States that there are more items, and how to get them. */
export const goesOn = (next: string | null): string =>
  next === null ? '' : `\nThere are more: ask again with cursor ${next}`

interface PageQuestion<Item, Output extends z.ZodType> {
  readonly ask: ToolContext['ask']
  readonly operation: AnyOperation & { readonly output: Output }
  readonly input: Readonly<Record<string, unknown>> & { readonly limit: number }
  /** How many of the page fit. */
  readonly fitting: (data: readonly Item[]) => number
}

/** Requests only as many items as fit, so that the cursor continues exactly where the answer ends. */
export const askFitting = async <Item, Output extends z.ZodType<{ data: Item[]; next_cursor: string | null }>>({
  ask,
  operation,
  input,
  fitting,
}: PageQuestion<Item, Output>): Promise<z.output<Output>> => {
  const page = await ask(operation, input)
  const kept = fitting(page.data)
  return kept < page.data.length ? askFitting({ ask, operation, input: { ...input, limit: kept }, fitting }) : page
}

/** A part of a list that is recalculated each time; its cursor counts the items before it. */
export const pageFrom = <Item>(
  items: readonly Item[],
  cursor: string | undefined,
  line: (item: Item) => string,
  most?: number,
): { readonly items: readonly Item[]; readonly next_cursor: string | null; readonly omitted: number } => {
  const skipped = skippedBy(cursor)
  const rest = items.slice(skipped)
  const kept = countFitting(rest, line, most)
  const omitted = rest.length - kept
  return { items: rest.slice(0, kept), next_cursor: omitted > 0 ? String(skipped + kept) : null, omitted }
}

/** The number of items before a cursor. */
export const skippedBy = (cursor: string | undefined): number => {
  if (!cursor) return 0
  if (/^\d{1,7}$/.test(cursor)) return Number(cursor)
  throw new AppError('INVALID_REQUEST', `"${cursor.slice(0, 80)}" is no cursor of this tool.`, {
    hint: 'Give the next_cursor of its last answer.',
  })
}
