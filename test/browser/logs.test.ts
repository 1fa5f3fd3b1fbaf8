import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'
import { atWeb, guesses } from './guesses.ts'

describeInBrowser('the screens about logs', () => {
  const folder = scratch()
  let server: Server
  const post = async (path: string, body: string): Promise<void> => {
    const answer = await server.ask(path, { method: 'POST', body })
    expect([path, answer.status]).toEqual([path, 200])
  }
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path, port: await freePort() })
    await post('/api/v1/events?source=auth', guesses(atWeb))
    await post('/api/v1/events?source=notes', 'neither a time nor a format\n')
    await until(async () => (await (await server.ask('/api/v1/sources')).text()).includes('neither'), 'the sources')
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  it('search lines, show their fields, and narrow the search to a value', async () => {
    const { page, close } = await openTab({ theme: 'light', width: 1280, height: 800 })
    await signIn(page, server.url)
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.getByLabel('Search log lines').fill('failed password')
    await page.keyboard.press('Enter')
    const lines = page.getByRole('list', { name: 'Log lines, newest first' })
    await lines.getByRole('button', { expanded: false }).first().click()
    expect(await seriousIssues(page)).toEqual([])
    await lines.getByRole('button', { name: /^Without event.outcome failure/ }).click()
    await page.waitForURL(/-event\.outcome/)
    await page.getByText('No log lines match').waitFor()

    await page.getByLabel('Search log lines').fill('host:')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Nothing follows "host:".').waitFor()
    await close()
  })

  it('show how much of each source is parsed, with samples of the rest', async () => {
    const { page, close } = await openTab({ theme: 'dark', width: 1280, height: 800 })
    await signIn(page, server.url, '/sources')
    await page.getByText('0 % parsed', { exact: true }).waitFor()
    await page.getByText(/^Lines that are not parsed, 1 kind/).click()
    await page.getByText('neither a time nor a format').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.getByRole('link', { name: 'Lines of notes' }).click()
    await page.getByRole('button', { name: /neither a time nor a format/ }).waitFor()
    await close()
  })

  it('show monitored queries and their unusual results', async () => {
    const send = (orders: readonly object[]) =>
      server.ask('/api/v1/query-results', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ orders { id total } }', operation_name: 'Orders', records: orders }),
      })
    const usual = Array.from({ length: 100 }, (_, id) => ({ id, total: 20 + (id % 30) }))
    for (let time = 0; time < 3; time++) expect((await send(usual)).status).toBe(200)
    expect((await send([...usual, { id: 100, total: 9e6 }])).status).toBe(200)

    const { page, close } = await openTab({ theme: 'light', width: 1280, height: 800 })
    await signIn(page, server.url, '/queries')
    await page.getByText(/total has a value of 9000000/).waitFor()
    await page.getByText('Ran 4 times').click()
    await page.getByText('{ orders { id total } }').waitFor()
    await page.getByText(/^records: 401 records/).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await close()
  })
})
