import type { Command } from 'commander'
import { z } from 'zod'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { addListOptions, printList } from '../remote/list.ts'
import { counted, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const entry = z.looseObject({
  time: z.string(),
  actor: z.string(),
  action: z.string(),
  target_type: z.string(),
  target_id: z.string(),
  ip_address: z.string().nullable(),
  success: z.boolean(),
  error_message: z.string().nullable(),
})

const head = z.object({ id: z.number(), hash: z.string() }).nullable()
const report = z.object({
  ok: z.boolean(),
  rows: z.number(),
  head,
  start: head,
  checkpoint: head,
  faults: z.array(z.object({ id: z.number(), kind: z.string(), text: z.string() })),
})

/** `vedette audit`: shows the audit log and verifies its hash chain. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context
  const list = command.command('list', { isDefault: true }).description('List audit entries, newest first.')
  addListOptions(addRemoteOptions(list))
    .option('--of <id>', 'only entries about this object')
    .action((options: { readonly of?: string }) =>
      printList(
        {
          path: '/api/v1/audit',
          item: entry,
          noun: 'entry',
          headings: ['TIME', 'WHO', 'DID', 'TO', 'FROM', 'REFUSED'],
          row: ({ time, actor, action, target_type, target_id, ip_address, error_message }) => [
            formatMoment(time),
            actor,
            action,
            `${target_type} ${target_id}`,
            ip_address ?? '',
            error_message ?? '',
          ],
          query: { target_id: options.of },
        },
        undefined,
        options,
        context,
      ),
    )
  addRemoteOptions(command.command('verify').description('Verify that no entry was changed, removed or added.'))
    .option('--head <id:hash>', 'a chain head that you saved earlier')
    .action(async (options: { readonly head?: string; readonly json?: boolean }) => {
      const client = createClient(options, context)
      const answer = await client.get('/api/v1/audit/verify', report, { head: options.head })
      if (options.json) out.write(`${JSON.stringify(answer, null, 2)}\n`)
      else {
        for (const { text } of answer.faults) err.write(`${paint('red', 'tampered:')} ${visible(text)}\n`)
        if (answer.ok) out.write(`${counted(answer.rows, 'row')}verified\n`)
        if (answer.start) out.write(`Retention removed rows up to ${answer.start.id}.\n`)
        if (answer.head) out.write(`head ${answer.head.id}:${answer.head.hash}\n`)
      }
      if (!answer.ok) context.end(1)
    })
}
