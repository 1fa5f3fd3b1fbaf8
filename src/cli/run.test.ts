import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runFake } from './cli.fake.ts'
import { commands } from './commands.ts'

const main = join(import.meta.dirname, '../main.ts')

describe('the command line', () => {
  it('prints short help by default, and full help with every command and exit code', async () => {
    const short = await runFake([], { tty: true })
    expect(short.code).toBe(0)
    expect(short.out.match(/^ {2}\S/gm)?.length).toBe(3)
    const full = await runFake(['--help'])
    expect(full.code).toBe(0)
    for (const { name, summary } of commands)
      expect(full.out).toMatch(new RegExp(`^  ${name}.* ${summary.slice(0, 20)}`, 'm'))
    expect(full.out).toContain('130  interrupted (Ctrl-C)')
    expect(full.err).toBe('')
  })

  it.each(commands.map(({ name }) => name))('explains `%s`', async (name) => {
    const { code, out, err } = await runFake([name, '--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`Usage: vedette ${name}`)
  })

  it('suggests the closest command without running it', async () => {
    expect(await runFake(['analyse'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('analyze') })
    expect(await runFake(['incidents', 'lst'])).toMatchObject({ code: 2, err: expect.stringContaining('"list"') })
    expect(await runFake(['normal', 'ad'])).toMatchObject({ code: 2, err: expect.stringContaining('"add"') })
    expect(await runFake(['serve', '--prot', '1'])).toMatchObject({ code: 2, err: expect.stringContaining('--port') })
  })

  it('prints its version', async () => {
    expect(await runFake(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' })
  })

  it('exits with 2 for an invalid configuration and lists every fault', async () => {
    const wrong = await runFake(['config', 'print'], { env: { PORT: 'x', VEDETTE_RETENTION_EVENTS: 'long' } })
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toContain('PORT')
    expect(wrong.err).toContain('VEDETTE_RETENTION_EVENTS')
  })

  it('exits with 4 when no server responds, and says how to start one', async () => {
    for (const words of [['incidents'], ['search', 'x'], ['sources'], ['token', 'list'], ['ingest', main]]) {
      const { code, err } = await runFake(words)
      expect(code, words.join(' ')).toBe(4)
      expect(err).toContain('vedette serve')
    }
  })

  it('prints and explains the configuration', async () => {
    const env = { VEDETTE_ADMIN_TOKEN: 'very-secret-token', HOME: '/nowhere' }
    const printed = await runFake(['config', 'print', '--port', '99'], { env })
    expect(printed.out).toContain('port: 99  # --port')
    expect(printed.out).not.toContain('very-secret-token')
    expect((await runFake(['config', 'explain', 'retention.events'], { env })).out).toContain('retention.events = 14d')
    expect(await runFake(['config', 'explain', 'prot'], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "server.port"'),
    })
    expect(JSON.parse((await runFake(['config', 'schema'])).out)).toMatchObject({ type: 'object' })
  })

  it('prints help without loading the server', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-help-'))
    const { status } = spawnSync(process.execPath, [main, '--help'], {
      env: { ...process.env, NO_COLOR: '1', NODE_V8_COVERAGE: folder },
    })
    expect(status).toBe(0)
    const loaded = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('')
    rmSync(folder, { recursive: true })
    expect(loaded).toContain('/src/cli/commands.ts')
    for (const heavy of ['/src/app.ts', '/src/store/', '/src/operations/', 'node_modules/fastify/']) {
      expect(loaded, heavy).not.toContain(heavy)
    }
  })

  it('parses lines without a server', async () => {
    const input =
      '{"id":"a","kind":"log","input":"Dec 10 06:55:46 LabSZ sshd[24200]: Failed password for root from 203.0.113.9 port 22 ssh2"}\n' +
      'a plain line\n'
    const { code, out } = await runFake(['normalize', '--input', '-', '--json'], { input })
    expect(code).toBe(0)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ id }) => id)).toEqual(['a', '2'])
    expect(lines[0]).toMatchObject({ ok: true, fields: { 'source.ip': '203.0.113.9', 'host.name': 'LabSZ' } })
    expect(await runFake(['normalize', '--input', '/nowhere/x'])).toMatchObject({ code: 3 })
  })

  // A device that is always full; Linux has it.
  it.skipIf(!existsSync('/dev/full'))('fails if its output cannot be written', () => {
    const input = 'Dec 10 06:55:46 web sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\n'
    for (const words of [['analyze', '-', '--json'], ['normalize', '--input', '-'], ['--version']]) {
      const full = openSync('/dev/full', 'w')
      const { status, stderr } = spawnSync(process.execPath, [main, ...words], {
        ...{ input, stdio: ['pipe', full, 'pipe'], encoding: 'utf8' },
      })
      closeSync(full)
      expect(stderr).toContain('error: The output cannot be written: ')
      expect(status, words[0]).toBe(3)
    }
  })

  it('blames the data folder, not the port, if it cannot be made', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-folder-'))
    writeFileSync(join(folder, 'file'), '')
    const { status, stderr } = spawnSync(process.execPath, [main, 'serve', '--data-dir', join(folder, 'file/data')], {
      ...{ cwd: folder, encoding: 'utf8' },
    })
    rmSync(folder, { recursive: true })
    expect(stderr).toMatch(/^error: The data folder .*file\/data cannot be made: ENOTDIR/m)
    expect(stderr).not.toContain('    at ')
    expect(status).toBe(2)
  })
})
