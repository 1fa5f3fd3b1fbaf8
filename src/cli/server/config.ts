import type { Command } from 'commander'
import { explainConfig } from '../../config/explain.ts'
import { configAsJson, printConfig } from '../../config/print.ts'
import { configJsonSchema } from '../../config/settings.ts'
import type { CommandContext } from '../cli.ts'
import { visible } from '../terminal/terminal.ts'
import { addAppFlags, loadWithFlags } from './app-flags.ts'

/** `vedette config`: checks, prints and explains the configuration. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, paint } = context
  const load = (options: unknown) => {
    const loaded = loadWithFlags(options, context)
    for (const warning of loaded.warnings) err.write(`${warning}\n`)
    return loaded
  }

  addAppFlags(command.command('check').description('Check the configuration and list all faults.')).action(
    async (options: unknown) => {
      const { config, file, warnings } = load(options)
      const { checkComponents } = await import('../../app/check-components.ts')
      checkComponents(config)
      out.write(`The configuration is valid: ${file ?? 'no file; defaults and environment'}.\n`)
      if (warnings.length > 0) context.end(5)
    },
  )

  addAppFlags(command.command('print').description('Print the effective configuration with secrets masked.'))
    .option('--json', 'print JSON')
    .action((options: { readonly json?: boolean }) => {
      const { config, origins } = load(options)
      out.write(options.json ? `${JSON.stringify(configAsJson(config), null, 2)}\n` : printConfig(config, origins))
    })

  addAppFlags(
    command.command('explain').description('Explain a key: its type, its default and the origin of its value.'),
  )
    .argument('<key>', 'a key (retention.events), a group (retention) or a variable (PORT)')
    .option('--json', 'print JSON')
    .action((key: string, options: { readonly json?: boolean }) => {
      const found = explainConfig(key, load(options))
      if (options.json) return out.write(`${JSON.stringify(found, null, 2)}\n`)
      for (const { key: name, value, origin, type, default: fallback, description, variables } of found) {
        out.write(
          `${paint('bold', name)} = ${visible(value)}   from ${visible(origin)}\n` +
            `  ${description}\n  ${type}, default ${visible(fallback)}; ${variables.join(', ')} (and with _FILE)\n`,
        )
      }
    })

  command
    .command('schema')
    .description('Print the JSON Schema of vedette.yaml for editors.')
    .action(() => out.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`))
}
