import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { AppError, unreadableFile } from '../../errors.ts'
import { inventoryImport } from '../../operations/inventory/inventory-import.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient, responseError } from '../remote/client.ts'
import { printList } from '../remote/list.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'

interface InventoryListing<Item extends z.ZodObject> {
  readonly path: string
  readonly item: Item
  readonly noun: string
  readonly headings: readonly string[]
  row(item: z.output<Item>): readonly string[]
}

/** Adds `list`, `show` and `remove` for imported assets or users. */
export const defineInventoryList = <Item extends z.ZodObject>(
  command: Command,
  context: CommandContext,
  listing: InventoryListing<Item>,
): void => {
  const { out } = context
  const { path, item, noun } = listing
  const pathOf = (id: string): string => `${path}/${encodeURIComponent(id)}`

  addRemoteOptions(command.command('list', { isDefault: true }).description(`List ${noun}s, newest first.`))
    .option('--search <text>', 'search ids and names')
    .option('--limit <number>', 'maximum number of results', '50')
    .option('--cursor <cursor>', 'continue from an earlier page')
    .option('--ndjson', 'print one JSON object per line')
    .action((options: { readonly search?: string }) =>
      printList({ ...listing, query: { search: options.search } }, undefined, options, context),
    )

  addRemoteOptions(command.command('show').description(`Show one ${noun}.`))
    .argument('<id>')
    .action(async (id: string, options: { readonly json?: boolean }) => {
      const found: unknown = await createClient(options, context).get(pathOf(id), item)
      if (options.json) return out.write(`${JSON.stringify(found, null, 2)}\n`)
      for (const [name, value] of Object.entries(found ?? {})) {
        if (value === null || (Array.isArray(value) && value.length === 0)) continue
        const text = Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : value
        out.write(`${name.padEnd(16)} ${visible(String(text))}\n`)
      }
    })

  addRemoteOptions(command.command('remove').description(`Remove ${noun}s.`))
    .argument('<ids...>')
    .action(async (ids: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const id of ids) {
        await client.send('DELETE', pathOf(id), z.unknown())
        out.write(`${visible(id)} removed\n`)
      }
    })
}

const mostShown = 20

interface ImportLabels {
  /** The API path of the import. */
  readonly path: string
  /** The singular noun. */
  readonly one: string
  /** The noun for entities seen in logs but not imported. */
  readonly seen: string
  readonly example: string
}

/** Adds `import FILE`: imports a file or previews the changes, and reports the faults of each row. */
export const defineInventoryImport = (command: Command, context: CommandContext, labels: ImportLabels): void => {
  const { out, err } = context
  addRemoteOptions(command.command('import').description(`Import ${labels.one}s from CSV or JSON.`))
    .argument('<file>', labels.example)
    .option('--preview', 'show the changes without making them')
    .action(async (file: string, options: { readonly preview?: boolean; readonly json?: boolean }) => {
      const response = await createClient(options, context).ask(`${labels.path}?preview=${options.preview === true}`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: readFile(file),
      })
      if (!response.ok) throw await responseError(response, true)
      const answer = inventoryImport.safeParse(await response.json().catch(() => undefined))
      if (!answer.success)
        throw new AppError('UNAVAILABLE', 'The server is not Vedette, or runs another version of it.')
      const result = answer.data
      if (result.failed > 0) context.end(5)
      if (options.json) return out.write(`${JSON.stringify(result, null, 2)}\n`)
      const { new: added, changed, unchanged, failed, changes, columns, unmatched, errors } = result
      out.write(
        `${result.preview ? 'Preview' : 'Imported'}: ${counted(result.rows, 'row')}, ${added} new, ${changed} changed, ${unchanged} unchanged, ${failed} skipped\n`,
      )
      for (const { id, change, fields } of changes.slice(0, mostShown)) {
        const details = fields.map(
          ({ field, before, after }) => `${field} ${renderValue(before)} → ${renderValue(after)}`,
        )
        out.write(visible(`  ${change === 'new' ? '+' : '~'} ${id}  ${details.join(', ')}`.trimEnd()).concat('\n'))
      }
      const more = added + changed - Math.min(mostShown, changes.length)
      if (more > 0) out.write(`  … and ${formatCount(more)} more\n`)
      const unused = columns.flatMap(({ column, field }) => (field === null ? column : []))
      if (unused.length > 0) err.write(`${visible(`Unknown columns: ${unused.join(', ')}`)}\n`)
      for (const { row, column, message } of errors.slice(0, mostShown)) {
        err.write(`${visible(`${file}:${row}: ${[column, message].filter((part) => part !== '').join(' ')}`)}\n`)
      }
      if (failed > mostShown) err.write(`… and ${formatCount(failed - mostShown)} more rows; --json shows them\n`)
      if (unmatched.count > 0) {
        const listed = unmatched.names.slice(0, mostShown).join(', ')
        err.write(visible(`${counted(unmatched.count, labels.seen)} in logs but not imported: ${listed}`).concat('\n'))
      }
    })
}

const readFile = (path: string): Uint8Array<ArrayBuffer> => {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    throw unreadableFile(path, error)
  }
}

const renderValue = (value: unknown): string =>
  value === null ? '(nothing)' : Array.isArray(value) ? value.join(' ') : String(value)
