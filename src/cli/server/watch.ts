import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext } from '../cli.ts'
import { addMapOption } from '../events/map-option.ts'
import { addAppFlags } from './app-flags.ts'
import { serve } from './serve.ts'

/** `vedette watch`: runs the server, reads the given files from the start and follows them. */
export const define = (command: Command, context: CommandContext): void => {
  addMapOption(addAppFlags(command))
    .argument('<paths...>', 'files, folders or globs')
    .option('--new', 'skip existing lines')
    .action((paths: string[], options: { readonly new?: boolean }) =>
      serve(options, context, [
        {
          name: 'watch',
          type: 'file',
          paths: paths.map((path) => resolve(context.cwd, path)),
          from: options.new ? 'end' : 'start',
          each_file: true,
        },
      ]),
    )
}
