import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import { parseDocuments } from '../src/lib/sigma/read/read.ts'
import { parseTaxonomy } from '../src/lib/sigma/taxonomy.ts'
import { recordSources } from './bootstrap/bundle.cjs'

/** Bundles the program into a few dozen files, which start faster than the thousands of its sources and libraries. */
const root = resolve(import.meta.dirname, '..')

/** The files that build the bundle and the snapshot, and the source that only the snapshot has. */
const ownFiles = [
  'scripts/bundle.config.ts',
  'scripts/snapshot.config.ts',
  'scripts/bootstrap/snapshot.cjs',
  'src/snapshot.ts',
]

/** Writes the record that a start compares with the sources. */
const sources: Plugin = {
  name: 'sources',
  writeBundle({ dir = root }) {
    const files = [...this.getModuleIds()]
      .map((id) => relative(root, id.replace(/^\0/, '')))
      .filter((file) => file.startsWith('src/'))
    recordSources(root, dir, ['package-lock.json', ...ownFiles, ...files.sort()])
  },
}

/** Parses the YAML of the rules, which would take a tenth of the time of a short command. */
const rules: Plugin = {
  name: 'rules',
  writeBundle({ dir = root }) {
    const documents = globSync('rules/**/*.{yml,yaml}', { cwd: root })
      .sort()
      .flatMap((file): ReturnType<typeof parseDocuments> => {
        const text = readFileSync(join(root, file), 'utf8')
        return file.startsWith('rules/taxonomy/') ? [[text, parseTaxonomy(text)]] : parseDocuments(text)
      })
      // JSON has no such thing as an infinite number.
      .filter(([, value]) => isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value))
    writeFileSync(join(dir, 'rules.json'), JSON.stringify(documents))
  },
}

/**
 * Loads these modules of Node when a property of them is read. An import reads all properties, which loads the client behind `fetch` with
 * `http`; and a library requires `https` and `http2` for servers that have a certificate. A fresh server needs neither.
 */
const lateModules: Plugin = {
  name: 'late-modules',
  enforce: 'pre',
  resolveId(id) {
    const name = id.replace(/^node:/, '')
    return ['http', 'https', 'http2', 'tls'].includes(name) ? `\0late:${name}` : undefined
  },
  load(id) {
    const name = id.startsWith('\0late:') && id.slice('\0late:'.length)
    return name
      ? `for (const name of ${JSON.stringify(Object.keys(createRequire(import.meta.url)(name)))})
          Object.defineProperty(exports, name, { enumerable: true, get: () => process.getBuiltinModule('${name}')[name] })`
      : undefined
  },
}

/** Leaves out what Fastify and its plug-ins load for features that Vedette does not use: compilers of schemas, and references in YAML. */
const unused: Plugin = {
  name: 'unused',
  enforce: 'pre',
  resolveId: (id) => (unusedModules.has(id) ? '\0unused' : undefined),
  load: (id) => (id === '\0unused' ? 'module.exports = {}' : undefined),
}
const unusedModules = new Set(['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'yaml'])

/** V8 keeps the text of a program, and takes twice the memory for a long one with a single character beyond ASCII. */
const latin: Plugin = {
  name: 'latin',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      const raw = /String\.raw`[^`]*[^\0-\x7f]/.exec(chunk.code)
      if (raw) this.error(`An escape would change this text, so write it without String.raw: ${raw[0]}`)
      chunk.code = chunk.code.replaceAll(/(\\*)([^\0-\x7f])/g, (_, slashes: string, unit: string) => {
        // A character with a backslash before it stands for itself; with an escape in its place, the backslash would.
        const kept = slashes.slice(slashes.length % 2)
        return `${kept}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
      })
    }
  },
}

/** The options of the bundle and of the snapshot. */
export const shared = {
  root,
  envDir: false,
  publicDir: false,
  plugins: [unused, latin],
  // The files that Node itself would load.
  resolve: { conditions: ['node'], mainFields: ['main'] },
  // These two find files beside their own.
  ssr: { noExternal: true, external: ['better-sqlite3', '@fastify/swagger-ui'] },
  build: { ssr: true, target: 'esnext', minify: false },
} satisfies UserConfig

export default defineConfig({
  ...shared,
  plugins: [lateModules, ...shared.plugins, rules, sources],
  build: {
    ...shared.build,
    rolldownOptions: {
      // The program and its threads. All files are in one folder, because modules find each other and `bundledPath` from there.
      input: {
        main: 'src/main.ts',
        'score-worker': 'src/lib/isolation-forest/score-worker.ts',
        thread: 'src/app/pipeline-thread/thread.ts',
        worker: 'src/app/offload/worker.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
})
