import type { Command } from 'commander'
import { z } from 'zod'
import type { CommandContext } from './cli.ts'
import { addRemoteOptions, createClient, toAppError } from './client.ts'
import { readText } from './read-text.ts'
import { counted } from './terminal.ts'

const answer = z.object({ accepted: z.int(), not_understood: z.int() })

/** `vedette alerts send`: alerts of another system, from a file or a pipe, as its webhook would send them. */
export const addSend = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.command('send').description('Hand over alerts of another system.'))
    .argument('<file>', 'a file of JSON, JSON lines, CEF or LEEF; `-` for stdin')
    .option('--type <source_type>', 'what it is: splunk, alertmanager …; else what can be told from it')
    .option('--source <name>', 'the name under which they are kept')
    .action(
      async (file: string, options: { readonly type?: string; readonly source?: string; readonly json?: boolean }) => {
        const client = createClient(options, context)
        const query = options.source === undefined ? '' : `?source=${encodeURIComponent(options.source)}`
        const response = await client.ask(`/api/v1/webhooks/${encodeURIComponent(options.type ?? 'default')}${query}`, {
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: await readText(file, context),
        })
        if (!response.ok) throw await toAppError(response, true)
        const { accepted, not_understood } = answer.parse(await response.json())
        if (options.json) context.out.write(`${JSON.stringify({ accepted, not_understood })}\n`)
        else {
          const bad = not_understood > 0 ? `, ${not_understood} of them not understood` : ''
          context.out.write(`${counted(accepted, 'alert')} accepted${bad}\n`)
        }
      },
    )
}
