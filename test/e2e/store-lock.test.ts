import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { until } from '../until.ts'
import { freePort, root, type Server, scratch, startServer } from './program.ts'

/** The data folder of a server that has stopped, and a backup of it. Each test gets a copy. */
const made = scratch()
let folder: ReturnType<typeof scratch>
let data = ''
let server: Server | undefined
let restoring: ChildProcess | undefined
beforeAll(async () => {
  folder = made
  data = at('data')
  await (await start()).stop()
  server = undefined
  expect((await vedette('backup', at('copy'))).status).toBe(0)
})
afterAll(made.remove)
beforeEach(() => {
  folder = scratch()
  data = at('data')
  cpSync(made.path, folder.path, { recursive: true })
})
afterEach(async () => {
  restoring?.kill('SIGKILL')
  restoring = undefined
  await server?.stop('SIGKILL')
  server = undefined
  folder.remove()
})

const at = (name: string) => join(folder.path, name)
const program = join(root, 'bin/vedette.cjs')
const environment = (port: number) => ({
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  PORT: String(port),
  VEDETTE_DATA_DIR: data,
  VEDETTE_SAMPLES: 'off',
})
const vedette = async (...words: readonly string[]) => {
  const env = environment(await freePort())
  return spawnSync(program, words, { cwd: folder.path, env, encoding: 'utf8', timeout: 120_000 })
}
const start = async () => {
  server = await startServer({ dataDir: data, port: await freePort() })
  return server
}

/** Starts a restore that the test can block: it waits for the other end of a pipe. */
const startRestore = async () => {
  const pipe = at('archive')
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
  const env = environment(await freePort())
  const child = spawn(program, ['restore', pipe], { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe'] })
  restoring = child
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
  const note = join(data, 'vedette.db.server.json')
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`the restore ended with ${child.exitCode}:\n${printed}`)
      return isWritten(note)
    },
    () => `the lock of the restore\n${printed}`,
  )
  return child
}

const isWritten = (file: string): boolean => {
  try {
    return readFileSync(file, 'utf8') !== ''
  } catch {
    return false
  }
}

it.each([
  ['serve', 2],
  ['restore copy', 4],
  ['compact', 4],
])('rejects `%s` while a restore prepares, and allows it after the restore was killed', async (command, code) => {
  const child = await startRestore()
  const { status, stderr, stdout } = await vedette(...command.split(' '))
  expect([status, stdout], stderr).toEqual([code, ''])
  expect(stderr.split('\n')).toEqual([
    expect.stringContaining(
      `A restore uses ${join(data, 'vedette.db')}: process ${child.pid} on ${hostname()}, started 2`,
    ),
    'Wait until it ends, then try again.',
    '',
  ])

  const killed = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await killed
  if (command === 'serve') await start()
  else expect((await vedette(...command.split(' '), ...(command === 'compact' ? [] : ['--force']))).status).toBe(0)
})

it.each(['restore --force copy', 'compact'])(
  'rejects `%s` while a server runs, and names the server',
  async (command) => {
    const { child, url, ask } = await start()
    expect((await vedette('backup', at('other'))).status).toBe(0)
    expect((await vedette('restore', '--verify', at('other'))).status).toBe(0)
    const { status, stderr, stdout } = await vedette(...command.split(' '))
    expect([status, stdout], stderr).toEqual([4, ''])
    expect(stderr).toContain(`A server uses ${join(data, 'vedette.db')}: process ${child.pid} on ${hostname()}`)
    expect(stderr).toContain(`at ${url}`)
    expect(stderr).toContain('Stop the server')
    expect((await ask('/health/ready')).status).toBe(200)
  },
)

it('restores into the folder of a killed restore', async () => {
  data = at('new')
  const child = await startRestore()
  const killed = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await killed
  const { status, stderr } = await vedette('restore', at('copy'))
  expect([status, stderr]).toEqual([0, ''])
  await start()
})
