import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { visible } from '../terminal/terminal.ts'

const page = z.object({ digest: z.looseObject({}), text: z.string(), html: z.string() })
const outcome = z.object({ receiver: z.string(), delivered: z.boolean(), error: z.string().optional() })
const shape = z.object({
  daily: z.boolean().optional(),
  until: z.string().optional(),
  html: z.string().optional(),
  send: z.string().optional(),
  json: z.boolean().optional(),
})

/** `vedette digest`: prints the summary of the last week, or sends it. */
export const define = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command)
    .option('--daily', 'the last day instead of the last week')
    .option('--until <time>', 'the end of the period, such as 2026-11-23 or now-2d')
    .option('--html <file>', 'also write the page as HTML')
    .option('--send <receiver>', 'send it to a receiver instead of printing it')
    .action(async (options: unknown) => {
      const { daily, until, html, send, json } = shape.parse(options)
      const { out, err } = context
      const client = createClient(options, context)
      const wanted = { period: daily ? 'day' : 'week', ...(until !== undefined && { to: until }) }
      if (send !== undefined) {
        const path = `/api/v1/receivers/${encodeURIComponent(send)}/digest`
        const { delivered, error } = await client.send('POST', path, outcome, wanted)
        if (delivered) return out.write(`Digest delivered to ${visible(send)}.\n`)
        context.end(4)
        return err.write(`Digest not delivered to ${visible(send)}: ${visible(error ?? 'unknown error')}\n`)
      }
      const found = await client.get('/api/v1/digest', page, wanted)
      if (html !== undefined) await writeFile(html, found.html)
      if (json) return out.write(`${JSON.stringify(found.digest, null, 2)}\n`)
      out.write(found.text.split('\n').map(visible).join('\n'))
    })
}
