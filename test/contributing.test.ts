import { execFile, execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')

interface Block {
  readonly path: string
  readonly language: string
  readonly content: string
}

/** The blocks with a bold path above: the content of a new file, or a diff of an existing one. */
const blocks: readonly Block[] = [...page.matchAll(/^\*\*`(\S+)`\*\*\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, path = '', language = '', content = '']) => ({ path, language, content }),
)
const added = blocks.filter(({ language }) => language !== 'diff')
const changed = blocks.filter(({ language }) => language === 'diff')

/** Applies a diff without line numbers. The context of each hunk, separated by `@@`, must occur exactly once. */
const applyDiff = (text: string, diff: string): string =>
  diff.split(/^@@\n/m).reduce((current, hunk) => {
    const lines = hunk.split('\n').slice(0, -1)
    const side = (own: string): string =>
      lines.flatMap((line) => (line.startsWith(' ') || line.startsWith(own) ? [`${line.slice(1)}\n`] : [])).join('')
    const parts = current.split(side('-'))
    if (parts.length !== 2) throw new Error(`The context occurs ${parts.length - 1} times:\n${hunk}`)
    return parts.join(side('+'))
  }, text)

describe('CONTRIBUTING.md', () => {
  it('has an example of each kind of change', () => {
    const headings = [...page.matchAll(/^## (Add .*)$/gm)].map(([, heading]) => heading)
    const kinds = ['a detector', 'a source', 'a sink', 'an operation', 'a screen', 'a parser']
    expect(headings).toEqual(kinds.map((kind) => `Add ${kind}`))
    expect(blocks).toHaveLength(page.match(/^```(?!bash)\w+$/gm)?.length ?? 0)
  })

  it.each(changed)('its change of $path applies', ({ path, content }) => {
    const text = readFileSync(join(root, path), 'utf8')
    expect(applyDiff(text, content)).not.toBe(text)
  })

  it('adds only files that do not exist yet', () => {
    expect(added.filter(({ path }) => existsSync(join(root, path)))).toEqual([])
  })

  it('mentions only paths that exist', () => {
    const prose = page.replaceAll(/^```[\s\S]*?^```$/gm, '')
    const mentioned = [...prose.matchAll(/\]\((?!https?:)([^)#]+)\)|`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(
      ([, link, path]) => link ?? path ?? '',
    )
    const news = new Set(added.map(({ path }) => path))
    expect(mentioned.filter((path) => !news.has(path) && !existsSync(join(root, path)))).toEqual([])
    expect(mentioned.length).toBeGreaterThan(20)
  })

  it('mentions every command for tests', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
    const commands = Object.keys(scripts).filter((name) => /^(?:test:|check$)/.test(name))
    expect(commands.filter((name) => !page.includes(`npm run ${name} `))).toEqual([])
  })
})

describe('a copy of the repository with the examples', needs(deepRun), () => {
  let copy: string
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), content)
  }
  /** Runs a program of node_modules, or a script, in the copy. Returns its output, or rejects with it. */
  const run = async (script: string, ...args: readonly string[]): Promise<string> => {
    const { CI: _ci, ...env } = process.env
    const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VITEST')))
    const { stdout } = await promisify(execFile)(process.execPath, [join(copy, script), ...args], {
      cwd: copy,
      env: own,
    }).catch((error: { readonly stdout?: string; readonly stderr?: string }) => {
      throw new Error(`${script} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? ''}`)
    })
    return stdout
  }

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), 'vedette-contributing-'))
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const files = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }).split('\0')
    for (const file of files.filter((name) => name !== '' && existsSync(join(root, name)))) {
      mkdirSync(dirname(join(copy, file)), { recursive: true })
      copyFileSync(join(root, file), join(copy, file))
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const { path, content } of added) write(path, content)
    for (const { path, content } of changed) write(path, applyDiff(readFileSync(join(copy, path), 'utf8'), content))
    await run('scripts/write-reference.ts')
  }, 300_000)
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  it('has correct types', async () => {
    // Several checkers check what they share several times, and other tests use the other processors.
    await run('node_modules/typescript/bin/tsc', '--checkers', '1', '--tsBuildInfoFile', 'main.tsbuildinfo')
    await run('node_modules/typescript/bin/tsc', '-p', 'web', '--checkers', '1', '--tsBuildInfoFile', 'web.tsbuildinfo')
  }, 600_000)

  it('follows the import rules and the code style', async () => {
    await run('scripts/check-imports.ts')
    const code = blocks.map(({ path }) => path).filter((path) => /\.tsx?$/.test(path))
    await run('node_modules/@biomejs/biome/bin/biome', 'check', '--vcs-enabled=false', '--error-on-warnings', ...code)
  }, 120_000)

  it('passes the tests of the examples and the conformance suites', async () => {
    const tests = added.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'))
    const suites = [
      'src/api/permissions.test.ts',
      'src/pipeline/normalize/registry.test.ts',
      'src/pipeline/notify/every-sink.test.ts',
      'test/dashboard.test.ts',
    ]
    const files = [...tests, ...suites]
    const output = await run('node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', '--update=new', ...files)
    expect(files.filter((file) => !output.includes(file))).toEqual([])
    expect(existsSync(join(copy, 'src/pipeline/normalize/fixtures/gate/gate.json'))).toBe(true)
  }, 600_000)
})
