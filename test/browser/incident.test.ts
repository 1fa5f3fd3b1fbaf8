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

const printed = z.object({ evidence: z.array(z.object({ line: z.string() })).min(3) })

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

  it('is found in the list by a filter and an order, which are in the URL', async () => {
    const { page, troubles, close } = await openTab()
    await signIn(page, server.url, '/incidents')
    const rows = page.getByRole('main').getByRole('listitem')
    await rows.first().waitFor()
    /** Each with its risk. */
    const listed = async () => (await rows.allInnerTexts()).map((text) => /INC-\d+ · \d+/.exec(text)?.[0] ?? text)
    const riskOf = (text: string) => Number(text.split('·')[1])
    const newest = await listed()
    expect(newest.length).toBeGreaterThan(2)
    await page.keyboard.press('/')
    await page.keyboard.type('id:INC-2')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=id/)
    await until(async () => (await rows.count()) === 1, 'one row')
    expect(await rows.innerText()).toContain('INC-2')
    await page.getByRole('button', { name: 'Clear filter' }).click()
    await until(async () => (await rows.count()) === newest.length, 'all rows')

    await page.getByRole('button', { name: 'Sort: Newest first' }).click()
    await page.getByRole('menuitem', { name: 'Highest risk' }).click()
    await page.getByRole('button', { name: 'Sort: Highest risk' }).waitFor()
    const isFalling = async () => {
      const risks = (await listed()).map(riskOf)
      return risks.length === newest.length && String(risks) === String(risks.toSorted((a, b) => b - a))
    }
    await until(isFalling, 'the highest risk first')
    expect(await seriousIssues(page)).toEqual([])
    await page.reload()
    await until(isFalling, 'the same order after a reload')
    await page.goBack()
    await until(async () => String(await listed()) === String(newest), 'the newest first')
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('sends a change once on a slow connection, and shows that it is being saved', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents/INC-3')
    let requests = 0
    await page.route('**/api/v1/incidents/bulk', async (route) => {
      requests++
      await sleep(1_000)
      await route.abort()
    })
    const acknowledge = page.getByRole('button', { name: 'Acknowledge' })
    await acknowledge.dblclick()
    await page.keyboard.press('a')
    await page.getByText('Saving…').waitFor()
    await page.getByText('Saving…').waitFor({ state: 'detached' })
    expect(requests).toBe(1)
    expect(await acknowledge.isEnabled()).toBe(true)
    await close()
  })

  it('keeps a note until it is saved, while others change the incident', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents/INC-3')
    await page.route('**/api/v1/incidents/*/comments', (route) => route.fulfill({ status: 503, body: '' }))
    await page.getByRole('button', { name: 'Add note…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add note to INC-3' })
    const field = dialog.getByRole('textbox', { name: 'Note' })
    await field.fill('The address belongs to our scanner.')
    const other = { method: 'POST', headers: { 'content-type': 'application/json' } }
    await server.ask('/api/v1/incidents/INC-3/comments', { ...other, body: JSON.stringify({ text: 'Looking at it.' }) })
    const later = page.waitForResponse((response) => /\/api\/v1\/incidents\/INC-3$/.test(response.url()))
    await later
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'Not saved: ' }).waitFor()
    expect(await field.inputValue()).toBe('The address belongs to our scanner.')
    // A click beside the dialog closes it.
    await page.mouse.click(5, 5)
    await dialog.waitFor({ state: 'detached' })
    await page.unroute('**/api/v1/incidents/*/comments')
    await page.keyboard.press('n')
    expect(await field.inputValue()).toBe('The address belongs to our scanner.')
    await page.route('**/api/v1/incidents/*', async (route) => {
      await sleep(1_000)
      await route.continue()
    })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    // The note is saved, although the page is still loading it.
    await page.keyboard.press('n')
    expect(await field.inputValue()).toBe('')
    await close()
  })

  it('is not closed again by a dialog that another user has overtaken', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents/INC-3')
    await page.getByRole('button', { name: 'Close…' }).click()
    await page.getByRole('dialog', { name: /^Close/ }).waitFor()
    const change = (body: object) => {
      const headers = { 'content-type': 'application/json' }
      return server.ask('/api/v1/incidents/bulk', { method: 'POST', headers, body: JSON.stringify(body) })
    }
    await change({ ids: ['INC-3'], action: 'close', resolution: 'true_positive' })
    await page.getByText('Closed as true positive').waitFor({ state: 'attached' })
    await page.keyboard.press('3')
    await page.getByText('Not saved: INC-3 was closed as true positive meanwhile.').waitFor()
    expect((await incident('INC-3'))?.resolution).toBe('true_positive')
    await change({ ids: ['INC-3'], action: 'reopen' })
    await close()
  })

  it('says that a change is not saved', async () => {
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents/INC-3')
    await page.route('**/api/v1/incidents/bulk', (route) => route.abort())
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('Not saved: The server is not responding.').waitFor()
    await close()
  })

  it('prints as a report in light colours, with all its evidence and its address', async () => {
    const { page, close } = await openTab({ theme: 'dark', width: 794 })
    await signIn(page, server.url, '/incidents/INC-1?tab=activity')
    await page.getByRole('tab', { name: 'Activity', selected: true }).waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`)
    await page.getByText(`${server.url}/incidents/INC-1 · Printed`).waitFor()
    const { evidence } = printed.parse(await (await server.ask('/api/v1/incidents/INC-1')).json())
    const text = await page.getByRole('main').innerText()
    expect(evidence.filter(({ line }) => !text.includes(line))).toEqual([])
    const names = ['Acknowledge', 'Copy as Markdown', 'View in context', 'Show', 'Status', 'Skip to content']
    for (const name of names) {
      expect([
        name,
        await page.getByText(name).or(page.getByRole('button', { name })).filter({ visible: true }).count(),
      ]) //
        .toEqual([name, 0])
    }
    expect(text).not.toMatch(/\bago\b/)
    const paper = await page.evaluate(`getComputedStyle(document.documentElement).backgroundColor`)
    expect(paper).toBe('rgb(255, 255, 255)')
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`)
    await page.emulateMedia({ media: 'screen' })
    await page.getByRole('tab', { name: 'Activity', selected: true }).waitFor()
    await close()
  })

  it('shows characters that would reorder a line, and finds their values', async () => {
    const user = 'root\u202enimda\u2066'
    const lines = guesses({ host: 'bidi-04', user, ip: '198.51.100.44', hoursAgo: 2 })
    await server.ask('/api/v1/events?source=bidi', { method: 'POST', body: lines })
    await waitForIncident('INC-4')
    const { page, close } = await openTab()
    await signIn(page, server.url, '/incidents/INC-4')
    await page.getByText('Failed password for root⟨U+202E⟩nimda⟨U+2066⟩ from').first().waitFor()
    await page.goto(`${server.url}/logs?q=${encodeURIComponent(`user.name:"${user}"`)}`)
    await page.getByRole('main').getByRole('listitem').first().waitFor()
    await page.getByRole('main').getByRole('listitem').first().getByRole('button').first().click()
    await page.getByRole('button', { name: 'Only user.name root⟨U+202E⟩nimda⟨U+2066⟩' }).click()
    await page.waitForURL(/U%2B202E/)
    await page.getByRole('main').getByRole('listitem').first().waitFor()
    expect(await page.evaluate(`/\\p{Bidi_Control}/u.test(document.body.textContent)`)).toBe(false)
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
    await until(
      () => page.evaluate('document.activeElement.closest("[data-evidence]") !== null'),
      'the focus on the evidence',
    )
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
