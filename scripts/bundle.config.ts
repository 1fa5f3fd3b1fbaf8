import { relative, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { recordSources } from './bootstrap/bundle.cjs'

/** Bundles the program into a few dozen files, which start faster than the thousands of its sources and libraries. */
const root = resolve(import.meta.dirname, '..')

/** Writes the record that a start compares with the sources. */
const sources: Plugin = {
  name: 'sources',
  writeBundle({ dir = root }) {
    const files = [...this.getModuleIds()]
      .map((id) => relative(root, id.replace(/^\0/, '')))
      .filter((file) => file.startsWith('src/'))
    recordSources(root, dir, ['package-lock.json', 'scripts/bundle.config.ts', ...files.sort()])
  },
}

export default defineConfig({
  root,
  envDir: false,
  publicDir: false,
  plugins: [sources],
  // The files that Node itself would load.
  resolve: { conditions: ['node'], mainFields: ['main'] },
  // These two find files beside their own.
  ssr: { noExternal: true, external: ['better-sqlite3', '@fastify/swagger-ui'] },
  build: {
    ssr: true,
    target: 'esnext',
    minify: false,
    rolldownOptions: {
      // The program and its threads. All files are in one folder, because modules find each other and `bundledPath` from there.
      input: {
        main: 'src/main.ts',
        'score-worker': 'src/lib/isolation-forest/score-worker.ts',
        thread: 'src/app/pipeline-thread/thread.ts',
        worker: 'src/app/offload/worker.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
})
