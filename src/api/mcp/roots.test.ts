import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { createRoots } from './roots.ts'

describe('the folders that tools may read', () => {
  let folder = ''
  const at = (...names: readonly string[]) => join(folder, ...names)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-roots-'))
    for (const name of ['logs', 'outside', 'logs/data', 'logs/.git']) mkdirSync(at(name))
    for (const name of [
      'logs/a.log',
      'outside/b.log',
      'logs/data/vedette.db',
      'logs/.env',
      'logs/.git/config',
      'logs/vedette.yaml',
    ])
      writeFileSync(at(name), 'a line')
    symlinkSync(at('outside'), at('logs/away'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const roots = () => createRoots([at('logs')], [at('logs/data'), at('logs/vedette.yaml')])

  it('let through what lies below them, by either name', async () => {
    expect(await roots().readFile('a.log')).toBe('a line')
    expect(await roots().readFile(at('logs/a.log'))).toBe('a line')
    expect(await roots().within('models/new')).toBe(at('logs/models/new'))
  })

  it.each([
    '../outside/b.log',
    'away/b.log',
    'away/new',
    'away/new/deeper',
    '/etc/passwd',
    '..',
    '..logs/../../outside/b.log',
  ])('refuse %s', async (path) => {
    await expect(roots().within(path)).rejects.toThrow('lies outside')
  })

  it.each(['data/vedette.db', 'data', '.env', '.git/config', 'vedette.yaml', 'logs/../vedette.yaml'])(
    'keep %s back',
    async (path) => {
      await expect(roots().readFile(path)).rejects.toThrow('may hold secrets')
    },
  )

  it('say what is wrong with a packed file', async () => {
    const packed = gzipSync('a line\n'.repeat(1_000))
    writeFileSync(at('logs/cut.log.gz'), packed.subarray(0, 20))
    await expect(roots().readFile('cut.log.gz')).rejects.toThrow('no whole gzip file')
  })

  it('say that a packed file is too large', needs(deepRun), async () => {
    writeFileSync(at('logs/bomb.log.gz'), gzipSync(Buffer.alloc(65 * 1_048_576)))
    await expect(roots().readFile('bomb.log.gz')).rejects.toThrow('larger than 64 MB')
  })

  it('are none unless somebody named one', async () => {
    await expect(createRoots([]).readFile(at('logs/a.log'))).rejects.toThrow('no folder was named')
    await expect(createRoots([]).within('.')).rejects.toThrow('no folder was named')
  })

  it('are none when the program was started in /, unless somebody named it', async () => {
    const before = process.cwd()
    process.chdir('/')
    try {
      await expect(createRoots(['.']).within('/etc/hostname')).rejects.toThrow('no folder was named')
      expect(await createRoots(['/']).within('etc')).toBe('/etc')
    } finally {
      process.chdir(before)
    }
  })
})
