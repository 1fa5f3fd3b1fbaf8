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

/** A list endpoint and its table. */
interface Listing<Item extends z.ZodType> {
  readonly path: string
  readonly item: Item
  readonly noun: string
  readonly headings: readonly string[]
  row(item: z.output<Item>): readonly string[]
  /** Further query parameters. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
}

/** Adds the options of every list. */
export const addListOptions = (command: Command): Command =>
  command
    .option('--from <time>', 'start of the period: 2026-01-15T10:00Z, now-24h')
    .option('--to <time>', 'end of the period')
    .option('--limit <number>', 'maximum number of results', '50')
    .option('--cursor <cursor>', 'continue from an earlier page')
    .option('--ndjson', 'print one JSON object per line')

/** Reads the options of a list. */
export const readListOptions = (options: unknown) => {
  const given = listShape.parse(options)
  return { ...given, limit: readLimit(given.limit) }
}

/** Fetches pages of a list until the limit is reached, and prints them. */
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
    err.write(`No ${noun}s.\n`)
    return
  }
  out.write(`${table(headings, items.map(row), out.columns, paint)}\n`)
  if (next !== null) err.write(`${counted(items.length, noun)} shown; more: --limit, or --cursor ${next}\n`)
}

const readLimit = (text: string | undefined): number => {
  const limit = Number(text ?? 50)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000_000) return limit
  throw new AppError('INVALID_REQUEST', `Invalid --limit: ${text}.`, { hint: 'Give 1 or more.' })
}

/** Fetches a whole list that fits into one page. */
export const fetchAll = async <Item extends z.ZodType>(
  client: Client,
  path: string,
  item: Item,
): Promise<readonly z.output<Item>[]> =>
  (await client.get(path, z.object({ data: z.array(item), next_cursor: z.string().nullable() }))).data
