import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const server = process.env.VEDETTE_URL ?? 'http://127.0.0.1:8787'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind(), compress()],
  resolve: { alias: { 'react-style-singleton': resolve(import.meta.dirname, 'src/parts/style-sheet.ts') } },
  // The folder below which a proxy serves the page is known only to the server, so files name each other relative to themselves.
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }) },
  build: { target: 'es2023', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: Object.fromEntries(['/api', '/docs', '/health', '/metrics'].map((path) => [path, server])) },
})

/** Writes a compressed copy next to each text file, so the server does not compress at request time. */
function compress(): Plugin {
  return {
    name: 'compress',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const textFiles = Object.keys(bundle).filter((name) => /\.(js|css|html|svg)$/.test(name))
      await Promise.all(
        textFiles.map(async (name) => {
          const bytes = await readFile(resolve(dir, name))
          await writeFile(resolve(dir, `${name}.br`), await promisify(brotliCompress)(bytes))
          await writeFile(resolve(dir, `${name}.gz`), await promisify(gzip)(bytes))
        }),
      )
    },
  }
}
