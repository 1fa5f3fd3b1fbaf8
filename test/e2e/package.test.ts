import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { bareMachine } from './bare-machine.ts'
import { buildImage, healthcheck } from './image.ts'
import { freePort, scratch } from './program.ts'

const folder = scratch()
const app = join(folder.path, 'app')
const machine = bareMachine(join(folder.path, 'machine'))
afterAll(() => folder.remove())

const run = (command: string, args: readonly string[], cwd: string) => {
  const result = spawnSync(command, args, { cwd, env: machine, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}:\n${result.stderr}`)
  return result.stdout
}

let image: string

beforeAll(() => {
  mkdirSync(app)
  const built = buildImage(folder.path)
  image = built.image
  const tarball = readdirSync(join(built.build, 'tmp')).find((name) => name.endsWith('.tgz'))
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', join(built.build, 'tmp', tarball ?? 'missing')], app)
}, 1_200_000)

it('runs in its image', async () => {
  const vedette = join(image, 'usr/local/bin/vedette')
  const data = join(image, 'var/lib/vedette')
  const port = String(await freePort())
  // The Node of the image is new enough: the program downloads none.
  const path = [dirname(process.execPath), machine.PATH].join(delimiter)
  const env = { ...machine, PATH: path, PORT: port, VEDETTE_DATA_DIR: data, VEDETTE_SAMPLES: 'off' }
  expect(existsSync(join(image, 'app/src'))).toBe(false)
  expect(existsSync(join(image, 'app/node_modules/vitest'))).toBe(false)
  const [, ...check] = z.array(z.string()).parse(healthcheck)
  const isHealthy = () => spawnSync(process.execPath, check, { env }).status === 0
  expect(isHealthy()).toBe(false)
  const child = spawn(vedette, ['serve'], { cwd: data, env, stdio: 'ignore' })
  const exited = new Promise((done) => child.once('exit', done))
  try {
    await until(isHealthy, () => 'the healthcheck of the image')
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200)
  } finally {
    child.kill()
    await exited
  }
  expect(existsSync(join(image, 'app/scripts/runtime/node_modules'))).toBe(false)
})

it('compiles nothing', () => {
  expect(readdirSync(join(app, 'node_modules/better-sqlite3'))).not.toContain('build')
})

it('analyzes a file from an empty folder', () => {
  const lines = Array.from(
    { length: 60 },
    (_, i) =>
      `Dec 10 06:${String(10 + Math.floor(i / 6)).padStart(2, '0')}:${String((i % 6) * 9).padStart(2, '0')} web-01 ` +
      `sshd[${4000 + i}]: Failed password for root from 203.0.113.9 port ${40000 + i} ssh2`,
  )
  writeFileSync(join(app, 'auth.log'), `${lines.join('\n')}\n`)
  const report = JSON.parse(run('npx', ['vedette', 'analyze', 'auth.log', '--json'], app))
  expect(report.records).toBe(60)
  expect(report.incidents[0].title).toContain('203.0.113.9')
  expect(report.incidents[0].evidence[0].line).toContain('Failed password for root')
})

it('exports its algorithms', () => {
  for (const name of [
    'drain',
    'fair-cut-forest',
    'filter',
    'isolation-forest',
    'isolation-forest/parallel',
    'series',
    'sessions',
    'sigma',
    'tabular',
  ]) {
    const exported = run(
      process.execPath,
      ['-e', `import('vedette/${name}').then((m) => console.log(Object.keys(m)))`],
      app,
    )
    expect(exported).toMatch(/\w/)
  }
})

it('contains only the program', () => {
  const files = readdirSync(join(app, 'node_modules/vedette'), { recursive: true }).map(String)
  expect(files.filter((file) => /\.test\.|\.fake\.|conformance|fixtures|samples\.jsonl|^web\/src/.test(file))).toEqual(
    [],
  )
  expect(files).toContain('web/dist/index.html')
  expect(files.some((file) => /^web\/dist\/assets\/index-[\w-]+\.js\.br$/.test(file))).toBe(true)
})
