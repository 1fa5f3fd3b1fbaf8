import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { writeJournal } from '../../src/lib/journal/journal-file.fake.ts'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn, tabTo } from './browser.ts'

/** One ordinary request per second with custom field names, then an out-of-memory message. */
const records = Array.from({ length: 400 }, (_, number) => ({
  occurred: new Date(Date.UTC(2026, 10, 18, 2, 0, number)).toISOString(),
  box: 'shop-01',
  says: number === 390 ? 'Out of memory: killed process 4711 (java)' : `request ${number} took ${number % 40} ms`,
}))
const ndjson = [...records.map((record) => JSON.stringify(record)), '{"occurred": "2026-11-18T02:0', ''].join('\n')

describeInBrowser('adding logs', () => {
  const folder = scratch()
  let server: Server
  beforeAll(async () => {
    server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort() })
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  const stored = async () => (await sourcesOf(server)).map(({ source }) => source)

  it('analyses a dropped file without storing it, with the keyboard only', async () => {
    const { page, troubles, close } = await openTab()
    await signIn(page, server.url, '/alerts')
    await drop(page, 'events.ndjson.gz', gzipSync(ndjson).toString('base64'))
    await page.getByRole('heading', { name: 'events.ndjson.gz' }).waitFor()

    const preview = page.getByRole('table')
    await preview.waitFor()
    expect(await preview.getByRole('row').count()).toBe(6)
    // Custom field names cannot be detected.
    for (const [role, field] of [
      ['Time', 'occurred'],
      ['Message', 'says'],
      ['Host', 'box'],
    ] as const) {
      await tabTo(page, page.getByLabel(`${role} field`))
      await page.keyboard.type(field)
      expect(await page.getByLabel(`${role} field`).inputValue()).toBe(field)
    }
    await tabTo(page, page.locator('summary', { hasText: '1 line is not valid JSON' }))
    await page.keyboard.press('Enter')
    await page.getByText('Line 401', { exact: true }).waitFor()
    await preview.getByText('request 0 took 0 ms').waitFor()
    await preview.getByText('shop-01').first().waitFor()
    expect(await seriousIssues(page)).toEqual([])

    await tabTo(page, page.getByRole('button', { name: 'Analyse' }))
    await page.keyboard.press('Enter')
    await page.getByText(/^401 records, \d+ patterns?, /).waitFor()
    await page.getByText('Out of memory: killed process').first().waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(await stored()).toEqual([])

    await tabTo(page, page.getByRole('button', { name: 'Discard' }))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Drop a log file anywhere on this page' }).waitFor()
    expect(await stored()).toEqual([])
    expect(troubles.filter((text) => !/status of 401/.test(text))).toEqual([])
    await close()
  })

  it('imports a file as a source, with the keyboard', async () => {
    const { page, troubles, close } = await openTab({ theme: 'dark' })
    await signIn(page, server.url, '/add')
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Select file' }).press('Enter'),
    ])
    await chooser.setFiles({
      name: 'shop access.ndjson',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(ndjson),
    })
    await page.getByRole('button', { name: 'Analyse' }).press('Enter')
    await page.getByLabel('Source name').press('Enter')
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await until(async () => (await stored()).length > 0, 'the source')
    expect(await stored()).toEqual(['shop-access'])
    expect(troubles.filter((text) => !/status of 401/.test(text))).toEqual([])
    await close()
  })

  it('analyses and imports a binary log', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/add')
    const entries = ['first', 'second', 'third'].map((text) => [`MESSAGE=${text}`, '_HOSTNAME=web-01', 'PRIORITY=6'])
    await drop(page, 'system.journal', writeJournal(entries).toString('base64'))
    await page.getByText('binary log', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Analyse' }).click()
    await page.getByText(/^3 records, /).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.getByRole('button', { name: 'Import as source' }).click()
    await until(async () => (await stored()).includes('system'), 'the source')
    await close()
  })

  it('explains why it cannot analyse a file', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/add')
    await drop(page, 'wtmp', Buffer.from([0, 1, 2, 0, 0]).toString('base64'))
    await page.getByText('wtmp is not a text file').waitFor()
    await page.getByRole('button', { name: 'Select another file' }).click()
    await page.getByRole('button', { name: 'Select file' }).waitFor()
    await close()
  })

  it('shows snippets that work without changes', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/add')
    await page.getByRole('button', { name: 'Create token' }).click()
    await page.getByText('Token added to the snippets.').waitFor()
    const snippet = async (name: string): Promise<string> => {
      await page.getByRole('tab', { name, exact: true }).click()
      expect(await seriousIssues(page)).toEqual([])
      return page.getByRole('tabpanel').locator('pre').innerText()
    }
    const files = join(folder.path, 'logs')
    mkdirSync(files)
    const file = join(files, 'auth.log')
    writeFileSync(file, lines('auth'))
    const here = (text: string): string => text.replaceAll('/var/log/auth.log', file)

    expect(await shell(here(await snippet('File')))).toContain('20 records accepted')
    expect(await shell(here(await snippet('curl')))).toContain('"accepted":20')
    // journalctl and docker are not installed here, so shell functions stand in for them.
    const journal = `journalctl() { printf '%s\\n' '{"__REALTIME_TIMESTAMP":"1763431200000000","MESSAGE":"hello","_HOSTNAME":"web-01","PRIORITY":"6"}'; }`
    expect(await shell(`${journal}\n${await snippet('journald')}`)).toContain('1 record accepted')
    const docker = `docker() { echo '2026-11-18T02:00:00.000000000Z hello from the shop'; }`
    expect(await shell(`${docker}\n${await snippet('Container')}`)).toContain('1 record accepted')
    const program = await snippet('Application')
    await shell(`"$NODE" --input-type=module -e "$SNIPPET"`, { SNIPPET: program, NODE: process.execPath })

    // Send what Vector and Fluent Bit would send with these settings: gzipped JSON Lines with a bearer token.
    const vector = await snippet('Vector')
    await post(/uri: '(.+)'/.exec(vector)?.[1], /token: '(.+)'/.exec(vector)?.[1])
    const bit = await snippet('Fluent Bit')
    const part = (name: string) => new RegExp(`^ +${name} +(.+)$`, 'm').exec(bit)?.[1]
    await post(
      `http://${part('Host')}:${part('Port')}${part('URI')}`,
      part('Header')?.replace('Authorization Bearer ', ''),
    )

    const followed = (await snippet('Follow files')).replace('/var/log', files)
    const config = join(folder.path, 'vedette.yaml')
    writeFileSync(config, followed)
    const other = await startServer({
      dataDir: join(folder.path, 'other'),
      port: await freePort(),
      args: ['--config', config],
    })
    const read = async () => (await sourcesOf(other)).reduce((sum, { records }) => sum + records, 0)
    await until(async () => (await read()) >= 20, '20 records')
    expect(await sourcesOf(other)).toMatchObject([{ source: 'auth.log', records: 20 }])
    await other.stop()

    await until(async () => (await stored()).length >= 7, '7 sources')
    expect(await stored()).toEqual(
      expect.arrayContaining(['auth.log', hostname(), 'fluent-bit', 'shop', 'shop-access', 'vector', 'web-01']),
    )
    await close()
  })
})

const lines = (name: string): string =>
  Array.from(
    { length: 20 },
    (_, number) => `Nov 18 02:00:${String(number + 10)} web-01 sshd[${number}]: ${name} ${number}\n`,
  ).join('')

const sources = z.object({ data: z.array(z.object({ source: z.string(), records: z.int() })) })

const sourcesOf = async (server: Server) => sources.parse(await (await server.ask('/api/v1/sources')).json()).data

/** Drops a file on the page. */
const drop = (page: Page, name: string, base64: string): Promise<unknown> =>
  page.evaluate(`{
    const bytes = Uint8Array.from(atob(${JSON.stringify(base64)}), (character) => character.charCodeAt(0))
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([bytes], ${JSON.stringify(name)}))
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }))
    }
  }`)

/** Runs a snippet in a shell, in the root of the repository. */
const shell = (text: string, env: NodeJS.ProcessEnv = {}): Promise<string> =>
  new Promise((done, fail) => {
    const child = spawn('bash', ['-euc', text], {
      cwd: root,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...env },
    })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
    child.once('exit', (code) =>
      code === 0 ? done(printed) : fail(new Error(`ended with ${code}:\n${text}\n${printed}`)),
    )
  })

const post = async (url = '', token = ''): Promise<void> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    body: gzipSync(
      '{"timestamp":"2026-11-18T02:00:00Z","message":"hello"}\n{"timestamp":"2026-11-18T02:00:01Z","message":"again"}\n',
    ),
  })
  expect([await answer.text(), answer.status]).toEqual(['{"accepted":2,"rejected":0}', 200])
}
