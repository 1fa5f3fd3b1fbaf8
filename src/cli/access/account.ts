import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { accountRole } from '../../schema/account/account.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { fetchAll } from '../remote/list.ts'
import { table, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

const base = '/api/v1/accounts'
const account = z
  .object({
    username: z.string(),
    role: z.string(),
    is_active: z.boolean(),
    signs_in_with: z.string(),
    full_name: z.string().nullable(),
    last_login_at: z.string().nullable(),
  })
  .loose()
const withLink = account.extend({ link: z.string(), link_expires_at: z.string() })
const optionShape = z.object({
  role: z.string().optional(),
  email: z.string().optional(),
  fullName: z.string().optional(),
  json: z.boolean().optional(),
})

/** `vedette account`: manages user accounts. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context
  const roles = accountRole.options.join(', ')

  const sendForLink = async (path: string, body: object, options: unknown): Promise<void> => {
    const client = createClient(options, context)
    const made = await client.send('POST', path, withLink, body)
    if (optionShape.parse(options).json) return out.write(`${JSON.stringify(made, null, 2)}\n`)
    err.write(
      `${visible(made.username)}, ${made.role}. One-time link to set a password, valid until ${formatMoment(made.link_expires_at)}:\n`,
    )
    out.write(`${made.link.startsWith('/') ? client.url : ''}${made.link}\n`)
  }
  const change = async (name: string, body: object, options: unknown): Promise<void> => {
    const changed = await createClient(options, context).send('PATCH', pathOf(name), account, body)
    if (optionShape.parse(options).json) return out.write(`${JSON.stringify(changed, null, 2)}\n`)
    out.write(`${visible(changed.username)}, ${changed.role}, ${changed.is_active ? 'may sign in' : 'disabled'}\n`)
  }

  addRemoteOptions(
    command.command('create').description('Create an account and print a one-time link to set its password.'),
  )
    .argument('<name>', 'user name for sign-in')
    .option('--role <role>', `role: ${roles}`, 'analyst')
    .option('--email <address>')
    .option('--full-name <name>')
    .action((name: string, options: unknown) => {
      const { role, email, fullName } = optionShape.parse(options)
      return sendForLink(
        base,
        { username: name, role: readRole(role), ...(email && { email }), ...(fullName && { full_name: fullName }) },
        options,
      )
    })

  addRemoteOptions(command.command('list', { isDefault: true }).description('List accounts.')).action(
    async (options: { readonly json?: boolean }) => {
      const all = await fetchAll(createClient(options, context), base, account)
      if (options.json) return out.write(`${JSON.stringify(all, null, 2)}\n`)
      if (all.length === 0) return err.write('No accounts.\n')
      const rows = all.map(({ username, role, is_active, signs_in_with, last_login_at, full_name }) => [
        username,
        role,
        is_active ? signs_in_with : 'disabled',
        last_login_at ? formatMoment(last_login_at) : 'never',
        full_name ?? '',
      ])
      out.write(`${table(['NAME', 'ROLE', 'SIGNS IN WITH', 'LAST', 'FULL NAME'], rows, out.columns, paint)}\n`)
    },
  )

  addRemoteOptions(command.command('role').description('Change the role of an account and end its sessions.'))
    .argument('<name>')
    .argument('<role>', roles)
    .action((name: string, role: string, options: unknown) => change(name, { role: readRole(role) }, options))

  addRemoteOptions(command.command('disable').description('Disable an account and end its sessions.'))
    .argument('<name>')
    .action((name: string, options: unknown) => change(name, { is_active: false }, options))

  addRemoteOptions(
    command
      .command('link')
      .description('Link an account to an identity of the identity provider and remove its password.'),
  )
    .argument('<name>')
    .argument('<subject>', 'the identity shown by the failed sign-in')
    .action((name: string, subject: string, options: unknown) => change(name, { subject }, options))

  addRemoteOptions(command.command('enable').description('Enable a disabled account.'))
    .argument('<name>')
    .action((name: string, options: unknown) => change(name, { is_active: true }, options))

  addRemoteOptions(
    command
      .command('reset')
      .description('Reset a password, end the sessions of the account, and print a link to set a new one.'),
  )
    .argument('<name>')
    .action((name: string, options: unknown) => sendForLink(`${pathOf(name)}/reset`, {}, options))
}

const pathOf = (name: string): string => `${base}/${encodeURIComponent(name)}`

const readRole = (text: string | undefined): string => {
  const known = accountRole.safeParse(text)
  if (known.success) return known.data
  throw new AppError('INVALID_REQUEST', `"${text}" is not a role.`, {
    hint: `Use one of: ${accountRole.options.join(', ')}.`,
  })
}
