import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { CommandContext } from '../cli.ts'
import { counted, table } from '../terminal/terminal.ts'
import { type Client, createClient } from './client.ts'

const listShape = z.object({
  from: z.string().optional(),
  to: z.string().optional(),
  status: z.string().optional(),
  limit: z.string().optional(),
  cursor: z.string().optional(),
  json: z.boolean().optional(),
  ndjson: z.boolean().optional(),
})

const largestPage = 500

/** One kind of thing that can be listed, and how its table looks. */
interface Listing<Item extends z.ZodType> {
  readonly path: string
  readonly item: Item
  readonly noun: string
  readonly headings: readonly string[]
  row(item: z.output<Item>): readonly string[]
  /** What else is asked for. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
}

/** Adds the options of every list. */
export const addListOptions = (command: Command): Command =>
  command
    .option('--from <time>', 'from this time on: 2026-01-15T10:00Z, now-24h')
    .option('--to <time>', 'up to this time')
    .option('--limit <number>', 'how many at most', '50')
    .option('--cursor <cursor>', 'go on where another list ended')
    .option('--ndjson', 'print one JSON object a line')

/** Reads the options of a list. */
export const readListOptions = (options: unknown) => {
  const given = listShape.parse(options)
  return { ...given, limit: readLimit(given.limit) }
}

/** Asks for a list, page by page until there are enough, and prints it. */
export const printList = async <Item extends z.ZodType>(
  listing: Listing<Item>,
  q: string | undefined,
  options: unknown,
  context: CommandContext,
): Promise<void> => {
  const client = createClient(options, context)
  const { limit: wanted, cursor, json, ndjson, ...query } = readListOptions(options)
  const page = z.object({ data: z.array(listing.item), next_cursor: z.string().nullable() })
  const items: z.output<Item>[] = []
  let next: string | null = cursor ?? null
  do {
    const size = Math.min(largestPage, wanted - items.length)
    const answer: z.output<typeof page> = await client.get(listing.path, page, {
      ...query,
      ...listing.query,
      q: q === '' ? undefined : q,
      limit: size,
      cursor: next ?? undefined,
    })
    items.push(...answer.data)
    next = answer.next_cursor
  } while (next !== null && items.length < wanted)
  if (ndjson) context.out.write(items.map((item) => `${JSON.stringify(item)}\n`).join(''))
  else if (json) context.out.write(`${JSON.stringify({ data: items, next_cursor: next }, null, 2)}\n`)
  else printTable(listing, items, next, context)
}

const printTable = <Item extends z.ZodType>(
  { headings, noun, row }: Listing<Item>,
  items: readonly z.output<Item>[],
  next: string | null,
  { out, err, paint }: CommandContext,
): void => {
  if (items.length === 0) {
    err.write(`There are no ${noun}s.\n`)
    return
  }
  out.write(`${table(headings, items.map(row), out.columns, paint)}\n`)
  if (next !== null) err.write(`${counted(items.length, noun)} shown; more: --limit, or --cursor ${next}\n`)
}

const readLimit = (text: string | undefined): number => {
  const limit = Number(text ?? 50)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000_000) return limit
  throw new AppError('INVALID_REQUEST', `--limit ${text} is not a number of things.`, { hint: 'Give 1 or more.' })
}

/** Fetches all of a list that has no pages to speak of. */
export const fetchAll = async <Item extends z.ZodType>(
  client: Client,
  path: string,
  item: Item,
): Promise<readonly z.output<Item>[]> =>
  (await client.get(path, z.object({ data: z.array(item), next_cursor: z.string().nullable() }))).data
