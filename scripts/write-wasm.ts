import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { walkModule } from './wasm/walk.ts'

// `node scripts/write-wasm.ts` writes the forests' WebAssembly module into the library; test/wasm-source.test.ts holds it against the
// source here.
const target = resolve(import.meta.dirname, '../src/lib/isolation-forest/walk-module.ts')
const lines =
  Buffer.from(walkModule())
    .toString('base64')
    .match(/.{1,110}/g) ?? []
const quoted = lines.map((line) => `  '${line}'`).join(' +\n')
writeFileSync(
  target,
  `/** The bytes of scripts/wasm/walk.ts, written by \`node scripts/write-wasm.ts\`. */\nexport const walkModule =\n${quoted}\n`,
)
