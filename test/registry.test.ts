import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Commands that fetch `vedette` from a registry, where anyone may own the name until we publish it. */
const fetches = [
  /\b(?:npx|pnpx|bunx|(?:npm|pnpm|yarn) (?:exec|dlx|x))\s+(?:-\S+\s+|--\s+)*vedette\b/,
  /\b(?:npx|npm)\b.* (?:-p|--package)[ =]vedette\b/,
  /\b(?:npm|pnpm|yarn|bun) (?:i|install|add)\s+(?:-\S+\s+)*vedette(?![\w./-])/,
  /"(?:npx|pnpx|bunx)"[^}]*"vedette"/,
]
const fetched = (text: string): readonly string[] => fetches.flatMap((pattern) => pattern.exec(text)?.[0] ?? [])

it.each([
  'npx vedette analyze',
  'npx -y vedette mcp',
  'npx -y -p node@26 -p vedette vedette',
  'npm exec -- vedette serve',
  'npm install -g vedette',
  '{ "command": "npx", "args": ["-y", "vedette", "mcp"] }',
])('detects the command: %s', (text) => {
  expect(fetched(text)).not.toEqual([])
})

it.each(['npm install -g ./vedette-0.1.0.tgz', 'npm run vedette', './vedette serve', 'npx vitest run'])(
  'allows: %s',
  (text) => {
    expect(fetched(text)).toEqual([])
  },
)

it('no text fetches `vedette` from a registry', () => {
  const own = 'test/registry.test.ts'
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0')
  const texts = files.filter((file) => /\.(?:md|ts|tsx|cjs|json|ya?ml|html)$/.test(file) && file !== own)
  const told = texts.flatMap((file) =>
    fetched(readFileSync(join(root, file), 'utf8')).map((text) => `${file}: ${text}`),
  )
  expect(told).toEqual([])
})
