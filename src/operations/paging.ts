import { z } from 'zod'

/** What every list takes; spread into its strict object. */
export const paging = {
  limit: z.int().min(1).max(500).default(50).describe('How many at most.'),
  cursor: z
    .string()
    .max(500)
    .transform((cursor) => cursor || undefined)
    .optional()
    .describe('The next_cursor of the page before; empty for the first page.'),
}

/** A filter, where a list takes one. */
export const q = z
  .string()
  .max(4_000)
  .default('')
  .describe('A filter: words of the text, field:value, AND, OR, NOT, parentheses.')

/** A span of time, where a list takes one. */
export const range = {
  from: z.string().max(64).optional().describe('The earliest time: ISO 8601, seconds or milliseconds, or now-24h.'),
  to: z.string().max(64).optional().describe('The latest time.'),
}

/** The answer of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() })

/** Presents a page of the store for the world outside. */
export const toPage = <Item, View>(
  page: { readonly items: readonly Item[]; readonly next: string | undefined },
  view: (item: Item) => View,
): { data: View[]; next_cursor: string | null } => ({ data: page.items.map(view), next_cursor: page.next ?? null })
