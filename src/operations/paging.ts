import { z } from 'zod'

/** The input fields of every list. */
export const paging = {
  limit: z.int().min(1).max(500).default(50).describe('The maximum number of items.'),
  cursor: z
    .string()
    .max(500)
    .transform((cursor) => cursor || undefined)
    .optional()
    .describe('The next_cursor of the previous page. Empty for the first page.'),
}

export const filterText = z
  .string()
  .max(4_000)
  .default('')
  .describe('A filter: words, field:value, AND, OR, NOT, parentheses.')

export const timeRange = {
  from: z.string().max(64).optional().describe('The earliest time: ISO 8601, seconds or milliseconds, or now-24h.'),
  to: z.string().max(64).optional().describe('The latest time.'),
}

/** Describes a page of items. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() })

export const toPage = <Item, View>(
  page: { readonly items: readonly Item[]; readonly next: string | undefined },
  view: (item: Item) => View,
): { data: View[]; next_cursor: string | null } => ({ data: page.items.map(view), next_cursor: page.next ?? null })
