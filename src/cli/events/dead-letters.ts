import type { Command } from 'commander'
import { z } from 'zod'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll } from '../remote/list.ts'
import { table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const base = '/api/v1/dead-letters'
const deadLetter = z.object({
  id: z.string(),
  topic: z.string(),
  reason: z.string(),
  attempts: z.number(),
  failed_at: z.string(),
  sources: z.array(z.string()).default([]),
  place: z.string().nullish(),
})

/** `vedette dead-letters`: lists and retries jobs that failed on their last try. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context
  addRemoteOptions(
    command
      .command('list', { isDefault: true })
      .description('List dead letters with the source and the reason of each.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const all = await fetchAll(createClient(options, context), base, deadLetter)
    if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
    if (all.length === 0) return err.write('No dead letters.\n')
    const rows = all.map(({ id, topic, attempts, failed_at, sources, place, reason }) => [
      id,
      topic,
      String(attempts),
      formatMoment(failed_at),
      [sources.join(', '), ...(place ? [place] : [])].join(' '),
      reason,
    ])
    out.write(`${table(['ID', 'TOPIC', 'TRIES', 'FAILED', 'SOURCE', 'REASON'], rows, out.columns, paint)}\n`)
  })
  addRemoteOptions(command.command('retry').description('Requeue dead letters in their topic.'))
    .argument('<ids...>')
    .action(async (ids: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const id of ids) {
        await client.send('POST', `${base}/${encodeURIComponent(id)}/retry`, z.unknown())
        out.write(`${visible(id)} requeued\n`)
      }
    })
}
