import type { Command } from 'commander'
import { z } from 'zod'
import type { CommandContext } from './cli.ts'
import { addRemoteOptions, createClient } from './client.ts'
import { printList } from './list.ts'
import { visible } from './terminal.ts'

interface ToldListing<Item extends z.ZodObject> {
  readonly path: string
  readonly item: Item
  readonly noun: string
  readonly headings: readonly string[]
  row(item: z.output<Item>): readonly string[]
}

/** Adds `list`, `show` and `remove` for things that were imported. */
export const defineTold = <Item extends z.ZodObject>(
  command: Command,
  context: CommandContext,
  listing: ToldListing<Item>,
): void => {
  const { out } = context
  const { path, item, noun } = listing
  const pathOf = (id: string): string => `${path}/${encodeURIComponent(id)}`

  addRemoteOptions(command.command('list', { isDefault: true }).description(`List ${noun}s, the newest first.`))
    .option('--search <text>', 'those that have this in an id, a name or the like')
    .option('--limit <number>', 'how many at most', '50')
    .option('--cursor <cursor>', 'go on where another list ended')
    .option('--ndjson', 'print one JSON object a line')
    .action((options: { readonly search?: string }) =>
      printList({ ...listing, query: { search: options.search } }, undefined, options, context),
    )

  addRemoteOptions(command.command('show').description(`Show all that is told of one ${noun}.`))
    .argument('<id>')
    .action(async (id: string, options: { readonly json?: boolean }) => {
      const found: unknown = await createClient(options, context).get(pathOf(id), item)
      if (options.json) return out.write(`${JSON.stringify(found, null, 2)}\n`)
      for (const [name, value] of Object.entries(found ?? {})) {
        if (value === null || (Array.isArray(value) && value.length === 0)) continue
        const said = Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : value
        out.write(`${name.padEnd(16)} ${visible(String(said))}\n`)
      }
    })

  addRemoteOptions(command.command('remove').description(`Forget ${noun}s.`))
    .argument('<ids...>')
    .action(async (ids: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const id of ids) {
        await client.send('DELETE', pathOf(id), z.unknown())
        out.write(`${visible(id)} removed\n`)
      }
    })
}
