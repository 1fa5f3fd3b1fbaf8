import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'
import { atWeb, guesses } from './guesses.ts'

const screens = [
  '/',
  '/?range=30d',
  '/alerts',
  '/incidents',
  '/incidents?show=closed',
  '/incidents/INC-1',
  '/logs',
  '/logs?q=nothing',
  '/sources',
  '/queries',
  '/add',
  '/adopt',
  '/receivers',
  '/suppressions',
  '/nowhere',
]
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]
const maxBytes = 250 * 1024
const maxCpuSeconds = 1

describeInBrowser('every screen', () => {
  const folder = scratch()
  let server: Server
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path, port: await freePort() })
    const send = await server.ask('/api/v1/events?source=auth', { method: 'POST', body: guesses(atWeb) })
    expect(send.status).toBe(200)
    await until(async () => (await server.ask('/api/v1/incidents/INC-1')).status === 200, 'the incident')
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  it('have a reference of the API beside them, about which the browser has nothing to complain', async () => {
    const { page, troubles, close } = await openTab()
    await page.goto(`${server.url}/docs`)
    await page.getByText('/api/v1/accounts', { exact: true }).first().waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  for (const { width, height } of sizes) {
    it(`is accessible in both themes at ${width} px (${keeps('vedette.accessible')})`, {
      timeout: 240_000,
    }, async () => {
      const { page, troubles, close } = await openTab({ width, height })
      /** Both themes show the same elements, so only their colours are checked twice. */
      const issues = async () => {
        const light = await seriousIssues(page)
        await page.emulateMedia({ colorScheme: 'dark' })
        const dark = await seriousIssues(page, 'colours')
        await page.emulateMedia({ colorScheme: 'light' })
        return [...light, ...dark]
      }
      await signIn(page, server.url)
      for (const path of screens) {
        await page.goto(server.url + path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForLoadState('networkidle').catch(() => undefined)
        await until(() => page.evaluate('!document.querySelector("[aria-busy=true]")'), 'the end of loading')
        expect([path, await issues()]).toEqual([path, []])
        const wide = Number(await page.evaluate('document.documentElement.scrollWidth'))
        expect([path, wide]).toEqual([path, width])
      }
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
      expect(await issues()).toEqual([])
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
      expect(await issues()).toEqual([])
      await page.keyboard.type('INC-1')
      await page.keyboard.press('Enter')
      await page.waitForURL(/INC-1$/)
      expect(troubles.filter((text) => !/status of 40[14]/.test(text))).toEqual([])
      await close()
    })
  }

  it('renders the first screen with less than a second of CPU time', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url)
    const session = await page.context().newCDPSession(page)
    // Measures the CPU time of the page's thread, so that a busy machine does not change the result.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const cpuTime = async () =>
      (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value
    const before = await cpuTime()
    await page.goto(server.url)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await until(
      () => page.evaluate(`performance.getEntriesByName('first-contentful-paint').length > 0`),
      'the first paint',
    )
    const seconds = Number(await cpuTime()) - Number(before)
    console.log(`CPU time until the first screen: ${seconds.toFixed(2)} s`)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(maxCpuSeconds)
    await close()
  })

  it('outlines the current screen and tab where forced colours replace backgrounds', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents/INC-1')
    const current = [
      page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Incidents' }),
      page.getByRole('tab', { name: 'Evidence' }),
    ]
    const outlines = () =>
      Promise.all(
        current.map((one) =>
          one.evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).outlineStyle),
        ),
      )
    await current[1]?.waitFor()
    expect(await outlines()).toEqual(['none', 'none'])
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await outlines()).toEqual(['solid', 'solid'])
    await close()
  })

  it('loads less than 250 KB of JavaScript for the first screen', async () => {
    const { page, close } = await openTab()
    const loaded = new Set<string>()
    page.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (pathname.endsWith('.js')) loaded.add(pathname)
    })
    await signIn(page, server.url)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    const bytes = [...loaded].reduce(
      (sum, path) => sum + gzipSync(readFileSync(join(root, 'web/dist', path))).length,
      0,
    )
    console.log(`JavaScript for the first screen: ${(bytes / 1024).toFixed(0)} KB gzipped in ${loaded.size} files`)
    expect(loaded.size).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(maxBytes)
    await close()
  })

  it(`is built without inline code and references to other hosts (${keeps('vedette.no-other-hosts')})`, () => {
    const built = join(root, 'web/dist')
    const page = readFileSync(join(built, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=|https?:\/\//)
    const styles = readdirSync(join(built, 'assets')).filter((name) => name.endsWith('.css'))
    expect(styles.length).toBeGreaterThan(0)
    for (const name of styles)
      expect(readFileSync(join(built, 'assets', name), 'utf8')).not.toMatch(/url\(["']?https?:/)
  })
})
