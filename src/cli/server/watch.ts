import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext } from '../cli.ts'
import { addAppFlags } from './app-flags.ts'
import { serve } from './serve.ts'

/** `vedette watch`: the server, and files that are read from their beginning and followed. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .argument('<paths...>', 'files, folders, patterns')
    .option('--new', 'only what is written from now on')
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
