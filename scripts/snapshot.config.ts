import { defineConfig, type Plugin } from 'vite'
import { commands } from './bootstrap/snapshot.cjs'
import { shared } from './bundle.config.ts'

/** Bundles `src/snapshot.ts` into one file, because a snapshot is built from one. */

/** Leaves out the commands that do not start from it. */
const otherCommands: Plugin = {
  name: 'other-commands',
  enforce: 'pre',
  resolveId: (id, importer) =>
    importer?.endsWith('/src/cli/commands.ts') && !commands.some((name) => id.endsWith(`/${name}.ts`))
      ? { id, external: true }
      : undefined,
}

export default defineConfig({
  ...shared,
  plugins: [otherCommands, ...shared.plugins],
  build: {
    ...shared.build,
    emptyOutDir: false,
    rolldownOptions: {
      input: { snapshot: 'src/snapshot.ts' },
      output: { format: 'cjs', codeSplitting: false, entryFileNames: '[name].cjs' },
    },
  },
})
