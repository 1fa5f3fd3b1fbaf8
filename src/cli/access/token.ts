import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { role } from '../../schema/account/role.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll } from '../remote/list.ts'
import { table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const base = '/api/v1/tokens'
const token = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    expires_at: z.string().nullable(),
    last_used_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
  })
  .loose()

const createShape = z.object({
  role: z.string(),
  name: z.string().optional(),
  days: z.string().optional(),
  json: z.boolean().optional(),
})

/** `vedette token`: manages access tokens. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context
  const moment = (at: string | null) => (at ? formatMoment(at) : '')

  addRemoteOptions(command.command('create').description('Create a token. Its secret is shown once.'))
    .requiredOption('--role <role>', `role: ${role.options.join(', ')}`)
    .option('--name <name>', 'name of the client: "fluent-bit on web-01"')
    .option('--days <number>', 'days until it expires; never by default')
    .action(async (options: unknown) => {
      const { role: wanted, name, days, json } = createShape.parse(options)
      if (!role.safeParse(wanted).success) {
        throw new AppError('INVALID_REQUEST', `"${wanted}" is not a role.`, {
          hint: `Use one of: ${role.options.join(', ')}.`,
        })
      }
      const made = await createClient(options, context).send('POST', base, token.extend({ secret: z.string() }), {
        name: name ?? `${wanted} token`,
        role: wanted,
        ...(days !== undefined && { expires_in_days: Number(days) }),
      })
      if (json) return out.write(`${JSON.stringify(made, null, 2)}\n`)
      err.write(
        `${made.id}, role ${made.role}, ${made.expires_at ? `until ${moment(made.expires_at)}` : 'never expires'}. Shown once:\n`,
      )
      out.write(`${made.secret}\n`)
    })

  addRemoteOptions(
    command.command('list', { isDefault: true }).description('List tokens without their secrets.'),
  ).action(async (options: { readonly json?: boolean }) => {
    const all = await fetchAll(createClient(options, context), base, token)
    if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
    const rows = all.map(({ id, role: may, expires_at, last_used_at, revoked_at, name }) => [
      id,
      may,
      revoked_at ? 'revoked' : moment(expires_at) || 'never',
      moment(last_used_at) || 'never',
      name,
    ])
    out.write(`${table(['ID', 'ROLE', 'ENDS', 'LAST USED', 'NAME'], rows, out.columns, paint)}\n`)
  })

  addRemoteOptions(command.command('revoke').description('Revoke tokens immediately.'))
    .argument('<ids...>')
    .action(async (ids: string[], options: unknown) => {
      const client = createClient(options, context)
      for (const id of ids) {
        await client.send('DELETE', `${base}/${encodeURIComponent(id)}`, z.unknown())
        out.write(`${visible(id)} revoked\n`)
      }
    })
}
