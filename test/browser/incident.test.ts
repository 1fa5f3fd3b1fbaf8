import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, type Server, scratch, sleep, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'
import { atWeb, guesses } from './guesses.ts'

const shown = z.object({
  status: z.string(),
  resolution: z.string().nullable(),
  assignee: z.string().nullable(),
  merged_into: z.string().nullable(),
  alerts: z.array(z.object({ id: z.string() })),
  history: z.array(z.object({ actor: z.string(), action: z.string() })),
})

/** The browser reports the 401 of the session request before the sign-in. */
const isTrouble = (text: string): boolean => !/status of 401/.test(text)

describeInBrowser('an incident', () => {
  const folder = scratch()
  let server: Server
  const incident = async (id: string) =>
    shown.safeParse(await (await server.ask(`/api/v1/incidents/${id}`)).json()).data
  const waitForIncident = (id: string) => until(() => incident(id), id)
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path, port: await freePort() })
    for (const [id, who] of [
      ['INC-1', atWeb],
      ['INC-2', { host: 'mail-07', user: 'sam', ip: '198.51.100.7', hoursAgo: 30 }],
      ['INC-3', { host: 'nas-03', user: 'ali', ip: '192.0.2.99', hoursAgo: 60 }],
    ] as const) {
      await server.ask(`/api/v1/events?source=${who.host}`, { method: 'POST', body: guesses(who) })
      await waitForIncident(id)
    }
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  for (const theme of ['light', 'dark'] as const) {
    it(`is accessible with all its tabs and dialogs in the ${theme} theme`, async () => {
      const { page, troubles, close } = await openTab({ theme })
      await signIn(page, server.url, '/incidents/INC-1')
      await page.getByRole('tab', { name: 'Evidence' }).focus()
      for (const name of ['Evidence', 'Why', 'Alerts', 'Similar', 'Activity', 'JSON']) {
        await page.getByRole('tab', { name, selected: true }).waitFor()
        expect([name, await seriousIssues(page)]).toEqual([name, []])
        await page.keyboard.press('ArrowRight')
      }
      for (const [keys, title] of [
        ['c', /^Close/],
        ['Shift+A', /^Assign/],
        ['f', /normal/],
        ['m', /^Merge/],
        ['n', /^Add note/],
      ] as const) {
        await page.keyboard.press(keys)
        const dialog = page.getByRole('dialog', { name: title })
        await dialog.waitFor()
        expect([keys, await seriousIssues(page)]).toEqual([keys, []])
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'detached' })
      }
      expect(troubles.filter(isTrouble)).toEqual([])
      await close()
    })
  }

  it('has room for dates in its timeline on a phone', async () => {
    const { page, close } = await openTab({ width: 390, height: 844 })
    await signIn(page, server.url, '/incidents/INC-3')
    const times = page.getByRole('region', { name: 'Timeline' }).locator('li time')
    await times.first().waitFor()
    // More than two days ago: shows the date too.
    expect(await times.first().innerText()).toMatch(/[A-Z][a-z]{2}/)
    const over = await times.evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().right - (one.parentElement?.getBoundingClientRect().right ?? 0)),
    )
    expect(Math.max(...over)).toBeLessThanOrEqual(1)
    await close()
  })

  it('is reached from the queue however long it takes to load', async () => {
    const { page, close } = await openTab()
    await page.route(/\/incident-[^/]+\.js/, async (route) => {
      // Longer than the delay of the cursor in the URL.
      await sleep(1_000)
      await route.continue()
    })
    await signIn(page, server.url, '/alerts')
    const rows = page.getByRole('grid', { name: 'Alerts' }).locator('tbody tr')
    const [first] = (await waitForIncident('INC-1')).alerts
    await rows.first().waitFor()
    for (let presses = 0; presses < 20 && !(await isAt(page, first?.id)); presses++) await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Alert' }).getByText('usual').first().waitFor()
    for (const key of ['j', 'k', 'i']) await page.keyboard.press(key)
    await page.getByRole('tab', { name: 'Evidence' }).waitFor()
    await close()
  })

  it('is triaged from the queue to closed with the keyboard only, with an audit trail', async () => {
    const { page, troubles, close } = await openTab()
    await signIn(page, server.url, '/incidents')
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    const rows = page.getByRole('grid', { name: 'Alerts' }).locator('tbody tr')
    const [first] = (await waitForIncident('INC-1')).alerts
    await rows.first().waitFor()
    for (let presses = 0; presses < 20 && !(await isAt(page, first?.id)); presses++) await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary', { name: 'Alert' })
    await panel.getByText('usual').first().waitFor()
    await page.keyboard.press('e')
    await page.waitForFunction('document.activeElement.closest("[data-evidence]") !== null')
    await page.keyboard.press('v')
    await page.getByRole('dialog', { name: 'Log context' }).getByText('Failed password').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('i')
    await page.getByRole('tab', { name: 'Evidence' }).waitFor()

    // The menu of an entity filters the queue.
    await page
      .getByRole('region', { name: 'Entities' })
      .getByRole('button', { name: /203\.0\.113\.45/ })
      .press('Enter')
    await page.getByRole('menuitem', { name: 'Filter for value' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/alerts\?q=entity\.ip/)
    await page.goBack()
    await page.getByRole('tab', { name: 'Evidence' }).waitFor()

    await page.keyboard.press('m')
    await page.getByRole('dialog', { name: /^Merge INC-1 into/ }).waitFor()
    await page.keyboard.type('INC-2')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/INC-2/)
    await page.getByText('Merged INC-1 into INC-2.').waitFor()
    await page.getByRole('heading', { name: 'INC-2', level: 1 }).waitFor()
    expect((await incident('INC-1'))?.merged_into).not.toBeNull()

    await page.keyboard.press('Shift+A')
    await page.getByRole('dialog', { name: 'Assign INC-2' }).waitFor()
    await page.keyboard.type('noor')
    await page.keyboard.press('Enter')
    await page.getByText('Assigned 1 incident to noor.').waitFor()
    await page.keyboard.press('n')
    await page.getByRole('dialog', { name: 'Add note to INC-2' }).waitFor()
    await page.keyboard.type('Asked dana: it was not her.')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Note added.').waitFor()
    await page.getByRole('heading', { name: 'Remediation' }).waitFor()
    await page.keyboard.press('d')
    await page.getByText('Marked as done.').waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'Close INC-2 and its alerts' }).waitFor()
    await page.keyboard.press('1')
    await page.getByText('Closed 1 incident as true positive.').waitFor()

    const closed = await incident('INC-2')
    expect(closed).toMatchObject({ resolution: 'true_positive', assignee: 'noor' })
    expect(closed?.history.map(({ action }) => action)).toEqual(['close', 'progress', 'comment', 'assign', 'merge'])
    expect(new Set(closed?.history.map(({ actor }) => actor))).toEqual(new Set(['admin']))
    await page.getByRole('tab', { name: 'Activity' }).press('Enter')
    for (const words of [
      'closed as true positive',
      'completed “',
      'added a note: “Asked dana',
      'assigned to noor',
      'merged',
    ]) {
      await page.getByRole('tabpanel').getByText(words).first().waitFor()
    }
    expect(await (await server.ask('/api/v1/audit/verify')).json()).toMatchObject({ ok: true })
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('is closed as benign with at most 12 key presses', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents')
    let presses = 0
    const press = async (key: string): Promise<void> => {
      presses += 1
      await page.keyboard.press(key)
    }
    const link = page.getByRole('link', { name: /INC-3/ })
    await link.waitFor()
    while (!(await link.evaluate((one) => one.matches(':focus')))) await press('j')
    await press('Enter')
    await page.getByRole('tab', { name: 'Evidence' }).waitFor()
    await press('c')
    await page.getByRole('dialog', { name: /^Close/ }).waitFor()
    await press('2')
    await page.getByText('Closed 1 incident as benign true positive.').waitFor()
    expect(presses).toBeLessThanOrEqual(12)
    expect((await incident('INC-3'))?.resolution).toBe('benign_positive')
    await press('z')
    await page.getByText(/^Undone/).waitFor()
    expect((await incident('INC-3'))?.status).toBe('open')
    await close()
  })
})

const isAt = async (page: Page, id: string | undefined): Promise<boolean> =>
  (await page.locator(`#row-${id}[tabindex="0"]`).count()) > 0
