import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues } from './browser.ts'

describeInBrowser('signing in', () => {
  const folder = scratch()
  let server: Server
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path, port: await freePort() })
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  it('accepts the startup link once and removes the key from the URL', async () => {
    // The server is ready a moment before it prints the link.
    const link = await until(() => /http:\S+#k=\S+/.exec(server.output())?.[0], 'the startup link')
    const first = await openTab()
    await first.page.goto(link)
    await first.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    expect(new URL(first.page.url()).hash).toBe('')
    expect(first.troubles).toEqual([])
    await first.close()

    const second = await openTab()
    await second.page.goto(link)
    await second.page.getByRole('alert').getByText('already used').waitFor()
    await second.close()
  })

  it('signs in with a token, opens the requested screen and signs out, with the keyboard only', async () => {
    const { page, troubles, close } = await openTab({ theme: 'dark' })
    await page.goto(`${server.url}/alerts`)
    await page.getByLabel('Token').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('is invalid').waitFor()
    await page.getByLabel('Token').focus()
    await page.keyboard.type(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Account: admin' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Sign out' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Token').waitFor()
    // The browser reports the expected 401 responses.
    expect(troubles.filter((text) => !/status of 401/.test(text))).toEqual([])
    await close()
  })

  it('says that the session ended, and returns to the page after the sign-in', async () => {
    const { page, close } = await openTab()
    await page.goto(`${server.url}/suppressions`)
    await page.getByLabel('Token').fill(adminToken)
    expect(await page.getByText('Your session ended.').count()).toBe(0)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Suppressions', level: 1 }).waitFor()
    await page.context().clearCookies()
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Incidents' }).click()
    await page.getByText('Your session ended.').waitFor()
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor()
    await close()
  })

  it('lists the shortcuts, which work', async () => {
    const { page, troubles, close } = await openTab()
    await page.goto(server.url)
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('t')
    expect(await page.evaluate('document.documentElement.dataset.theme ?? "system"')).toBe('system')
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    await page.keyboard.press('t')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
    await page.reload()
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
    expect(troubles.filter((text) => !/status of 401/.test(text))).toEqual([])
    await close()
  })
})
