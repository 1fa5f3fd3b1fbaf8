import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { seedAlerts } from '../../bench/many-alerts.ts'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'

const many = 600

const listed = z.object({
  total: z.int(),
  data: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.string(),
      assignee: z.string().nullable(),
      resolution: z.string().nullable(),
    }),
  ),
})
const grouped = z.object({
  groups: z.array(z.object({ value: z.string().nullable(), filter: z.string(), count: z.int() })),
})
const made = z.object({ secret: z.string() })

/** The browser reports the 401 of the session request before the sign-in. */
const isTrouble = (text: string): boolean => !/status of 401/.test(text)

describeInBrowser('the queue', () => {
  const folder = scratch()
  let server: Server
  beforeAll(async () => {
    await seedAlerts(folder.path, many)
    server = await startServer({ dataDir: folder.path, port: await freePort() })
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  const alerts = async (q: string) => {
    const query = new URLSearchParams({ q, sort: '-risk_score', limit: '50' })
    return listed.parse(await (await server.ask(`/api/v1/alerts?${query}`)).json())
  }
  const change = async (body: object) => {
    const headers = { 'content-type': 'application/json' }
    expect(
      (await server.ask('/api/v1/alerts/bulk', { method: 'POST', headers, body: JSON.stringify(body) })).status,
    ).toBe(200)
  }
  const open = async (path = '/alerts') => {
    const tab = await openTab()
    await signIn(tab.page, server.url, path)
    await rowsOf(tab.page).first().waitFor()
    return tab
  }

  it('supports moving, selecting and deciding with the keyboard, with one request per decision', async () => {
    const { page, troubles, close } = await open()
    const decisions = requestsTo(page, '/api/v1/alerts/bulk')
    const [first, second, third, fourth] = (await alerts('open:true')).data.map(({ id }) => id)
    await focused(page, first)
    await page.keyboard.press('j')
    await focused(page, second)
    await page.keyboard.press('k')
    await focused(page, first)

    await page.keyboard.press('x')
    await page.keyboard.press('Shift+J')
    await page.keyboard.press('Shift+J')
    const bar = page.getByRole('region', { name: 'Selection' })
    await bar.getByText('3 selected').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.press('a')
    await page.getByText('Acknowledged 3 alerts, assigned to you.').waitFor()
    await bar.waitFor({ state: 'detached' })
    expect(decisions).toEqual([{ ids: [first, second, third], action: 'acknowledge', wait: false }])
    expect((await alerts('status:investigating assignee:admin')).data.map(({ id }) => id)).toEqual([
      first,
      second,
      third,
    ])
    await page.keyboard.press('z')
    await page.getByText('Undone: 3 changes.').waitFor()
    expect((await alerts('assignee:admin')).total).toBe(0)

    // The closed alert disappears and the cursor moves to the next one.
    await focused(page, third)
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'Close 1 alert' }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.press('3')
    await page.getByText('Closed 1 alert as false positive.').waitFor()
    await focused(page, fourth)
    await page.locator(`#row-${third}`).waitFor({ state: 'detached' })
    expect(decisions.at(-1)).toEqual({ ids: [third], action: 'close', resolution: 'false_positive', wait: false })
    await page.keyboard.press('z')
    await page.getByText('Undone: 1 change.').waitFor()
    await page.locator(`#row-${third}`).waitFor()
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('opens the menu of a row with the keyboard and a right click', async () => {
    const { page, troubles, close } = await open()
    const decisions = requestsTo(page, '/api/v1/alerts/bulk')
    const [first, second, third] = (await alerts('open:true')).data.map(({ id }) => id)
    await focused(page, first)
    await page.keyboard.press('j')
    await focused(page, second)
    await page.keyboard.press('.')
    const menu = page.getByRole('menu')
    await menu.getByRole('menuitem', { name: 'Acknowledge' }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('ack')
    // The menu moves the focus shortly after typing.
    await page.locator('[role=menuitem]:focus', { hasText: 'Acknowledge' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Acknowledged 1 alert, assigned to you.').waitFor()
    expect(decisions).toEqual([{ ids: [second], action: 'acknowledge', wait: false }])
    await menu.waitFor({ state: 'detached' })
    await page.keyboard.press('z')
    await page.getByText('Undone: 1 change.').waitFor()

    // The focus returns to the row.
    await page.keyboard.press('j')
    await focused(page, third)
    await page.locator(`#row-${first}`).click({ button: 'right' })
    await menu.getByRole('menuitem', { name: 'Open Enter' }).waitFor()
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'detached' })
    await focused(page, first)
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('snoozes an alert and ends the snooze', async () => {
    const { page, troubles, close } = await open()
    const [first, second] = (await alerts('open:true')).data.map(({ id }) => id)
    await focused(page, first)
    await page.keyboard.press('s')
    await page.getByRole('dialog', { name: 'Snooze 1 alert' }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.press('2')
    await page.getByText(/^Snoozed 1 alert until/).waitFor()
    await page.locator(`#row-${first}`).waitFor({ state: 'detached' })
    await focused(page, second)
    expect((await alerts('snoozed:true')).data.map(({ id }) => id)).toEqual([first])
    await page.goto(`${server.url}/alerts?view=snoozed`)
    await page.locator(`#row-${first}`).getByText('Snoozed').waitFor()
    await focused(page, first)
    await page.keyboard.press('Shift+S')
    await page.getByText('Ended the snooze of 1 alert.').waitFor()
    expect((await alerts('snoozed:true')).total).toBe(0)
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('opens an alert in the panel and moves to the next one', async () => {
    const { page, troubles, close } = await open()
    const [first, second] = (await alerts('open:true')).data
    await focused(page, first?.id)
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary', { name: 'Alert' })
    await panel.getByRole('heading', { name: first?.title ?? '' }).waitFor()
    await page.waitForURL(new RegExp(`open=${first?.id}`))
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.press(']')
    await panel.getByRole('heading', { name: second?.title ?? '' }).waitFor()
    // The heading comes from the row, the evidence is loaded.
    await panel.locator('[data-evidence] button').first().waitFor()
    await page.keyboard.press('e')
    await page.locator('[data-evidence] button:focus').waitFor()
    await page.keyboard.press('v')
    await page.getByRole('dialog', { name: 'Log context' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await panel.getByRole('heading', { name: second?.title ?? '' }).waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    // The events have expired, so the request for the log context fails with 404.
    expect(troubles.filter((text) => isTrouble(text) && !/status of 404/.test(text))).toEqual([])
    await close()
  })

  it('filters by facets and restores its state from the URL', async () => {
    const { page, troubles, close } = await open()
    const facets = page.getByRole('region', { name: 'Severity' })
    await facets.getByRole('button', { name: /^Critical/ }).press('Enter')
    const wanted = await alerts('open:true severity:critical')
    await page.getByText(`${wanted.total} alerts`, { exact: true }).waitFor()
    await facets.getByRole('button', { name: /^High/ }).press('Enter')
    const both = await alerts('open:true severity:(critical OR high)')
    await page.getByText(`${both.total} alerts`, { exact: true }).waitFor()
    const third = both.data[2]
    await focused(page, both.data[0]?.id)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('Enter')
    await page.waitForURL(/open=/)
    const address = page.url()

    const other = await openTab()
    await signIn(other.page, server.url, address.slice(server.url.length))
    await other.page
      .getByRole('complementary', { name: 'Alert' })
      .getByRole('heading', { name: third?.title ?? '' })
      .waitFor()
    await other.page.getByText('1 selected').waitFor()
    await other.page.getByText(`${both.total} alerts`, { exact: true }).waitFor()
    await until(async () => (await facetsOn(other.page)).join() === 'critical,high', 'both facets in the second tab')
    await other.close()

    await page.goBack()
    await page.getByText(`${wanted.total} alerts`, { exact: true }).waitFor()
    await until(async () => (await facetsOn(page)).join() === 'critical', 'one facet after going back')
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('filters by text, and shows syntax errors and filters without matches', async () => {
    const { page, close } = await open()
    const field = page.getByLabel('Filter alerts')
    await page.keyboard.press('/')
    await page.keyboard.type('host:web-00')
    await page.keyboard.press('Enter')
    await page.getByText(`${(await alerts('host:web-00')).total} alerts`, { exact: true }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('host:(web-00')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await field.fill('host:nowhere')
    await page.keyboard.press('Enter')
    await page.getByText(`0 of ${many} alerts match`).waitFor()
    await page.getByRole('button', { name: 'Reset filter' }).press('Enter')
    await page.getByText(`${(await alerts('open:true')).total} alerts`, { exact: true }).waitFor()
    await close()
  })

  it('keeps focus, rows and facets when a filter is invalid, and marks the error', async () => {
    const { page, close } = await open()
    const decisions = requestsTo(page, '/api/v1/alerts/bulk')
    const field = page.getByLabel('Filter alerts')
    const total = page.getByText(`${(await alerts('open:true')).total} alerts`, { exact: true })
    await page.keyboard.press('/')
    await page.keyboard.type('open:true severtiy:high')
    await page.keyboard.press('Enter')
    const fault = page.getByRole('alert')
    await fault.getByText('Did you mean "severity"?').waitFor()
    expect(await fault.locator('mark').textContent()).toBe('severtiy')
    expect(await seriousIssues(page)).toEqual([])
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Filter alerts')
    await total.waitFor()
    expect(await page.getByRole('region', { name: 'Severity' }).count()).toBe(1)
    // The wrong word is selected: typing replaces it and triggers no shortcuts.
    await page.keyboard.type('acsx')
    expect(await field.inputValue()).toBe('open:true acsx:high')
    expect(await fault.count()).toBe(0)
    await field.fill('open:true severity:high')
    await page.keyboard.press('Enter')
    await page.getByText(`${(await alerts('open:true severity:high')).total} alerts`, { exact: true }).waitFor()
    expect(decisions).toEqual([])
    await close()
  })

  it('combines the conditions of a suppression and warns before hiding severe alerts', async () => {
    const severe = (await alerts('open:true severity:high')).data[0]
    const { page, close } = await open(`/alerts?q=${encodeURIComponent(`id:${severe?.id}`)}`)
    await focused(page, severe?.id)
    await page.keyboard.press('f')
    const dialog = page.getByRole('dialog', { name: 'Mark as normal' })
    const scope = dialog.getByLabel('Filter')
    const ticked = () => dialog.getByRole('checkbox', { checked: true }).count()
    const before = await scope.inputValue()
    const parts = before.split(' AND ')
    expect([parts.length > 1, await ticked()]).toEqual([true, parts.length])
    await dialog.getByRole('checkbox', { name: /^source/ }).check()
    expect((await scope.inputValue()).startsWith(`${before} AND source:`)).toBe(true)
    expect(await ticked()).toBe(parts.length + 1)
    await dialog.getByRole('checkbox', { name: /^source/ }).uncheck()
    expect(await scope.inputValue()).toBe(before)
    await dialog.getByText(/Hides \d+ open alerts? of high or critical severity/).waitFor()
    await scope.fill(`${before} AND severity:info`)
    await dialog.getByText(/Hides \d/).waitFor({ state: 'detached' })
    expect(await seriousIssues(page)).toEqual([])
    await close()
  })

  it('closes all matching alerts in one request and undoes it', async () => {
    const { page, troubles, close } = await open('/alerts?q=open%3Atrue%20host%3Aweb-00')
    const decisions = requestsTo(page, '/api/v1/alerts/bulk')
    const before = await alerts('open:true host:web-00')
    await page.keyboard.press('Shift+X')
    await page.getByText(`All ${before.total} selected`).waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: `Close ${before.total} alerts` }).waitFor()
    await page.keyboard.press('5')
    await page.getByText(`Closed ${before.total} alerts as expected.`).waitFor()
    await page.getByText(/^0 of/).waitFor()
    expect(decisions).toMatchObject([
      { filter: 'open:true host:web-00', exclude: [], action: 'close', resolution: 'expected' },
    ])
    expect((await alerts('open:true host:web-00')).total).toBe(0)
    await page.keyboard.press('z')
    await page.getByText(`Undone: ${before.total} changes.`).waitFor()
    expect(await alerts('open:true host:web-00')).toMatchObject({ total: before.total })
    await rowsOf(page).first().waitFor()
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('shows changes by other users immediately, and new alerts on request', async () => {
    const headers = { 'content-type': 'application/json' }
    const token = made.parse(
      await (
        await server.ask('/api/v1/tokens', {
          method: 'POST',
          headers,
          body: JSON.stringify({ name: 'noor', role: 'analyst' }),
        })
      ).json(),
    )
    const { page, troubles, close } = await open()
    const [, second, third] = (await alerts('open:true')).data.map(({ id }) => id)
    const other = await openTab()
    await signIn(other.page, server.url, `/alerts?at=${second}`, token.secret)
    await focused(other.page, second)
    await other.page.keyboard.press('a')
    await page.locator(`#row-${second}`).getByText('noor').first().waitFor()
    await other.close()

    const order = await rowsOf(page).evaluateAll((rows) => rows.map(({ id }) => id))
    await change({ ids: [third], action: 'close', resolution: 'duplicate' })
    await page.locator(`#row-${third}`).getByText('Resolved').waitFor()
    await newAlert(server)
    await page.getByRole('button', { name: '1 new' }).waitFor()
    // The rows do not move.
    expect(await rowsOf(page).evaluateAll((rows) => rows.map(({ id }) => id))).toEqual(order)
    await page.keyboard.press('r')
    await page.getByRole('button', { name: '1 new' }).waitFor({ state: 'detached' })
    await page.getByText('Malware on a host').first().waitFor()
    await page.locator(`#row-${third}`).waitFor({ state: 'detached' })
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('groups alerts and closes a group in one request, with the keyboard', async () => {
    const { page, troubles, close } = await open()
    const decisions = requestsTo(page, '/api/v1/alerts/bulk')
    const grid = page.getByRole('treegrid', { name: 'Alerts' })
    await groupBy(page, 'Host')
    await grid.locator('[aria-level="1"]').nth(1).waitFor()
    const query = new URLSearchParams({ q: 'open:true', sort: '-risk_score', group: 'host', limit: '2' })
    const answer = await (await server.ask(`/api/v1/alerts/heads?${query}`)).json()
    const [, group] = grouped.parse(answer).groups
    if (!group) throw new Error('There is a second group.')
    await page.keyboard.press('j')
    await focused(page, `group ${group.filter}`)
    expect(await grid.locator('tr:focus').innerText()).toContain(`${group.value}`)
    await page.keyboard.press('ArrowRight')
    await grid.locator('[aria-level="2"]').first().waitFor()
    expect(await grid.locator('[aria-level="2"]').count()).toBe(group.count)
    expect(await seriousIssues(page)).toEqual([])

    // Changes by other users are shown in the group.
    const member = grid.locator('[aria-level="2"]').last()
    const name = await member.locator('[type=checkbox]').getAttribute('aria-label')
    const { data: inside } = await alerts(`open:true ${group.filter}`)
    const changed = inside.find(({ title }) => name === `Select ${title}`)
    await change({ ids: [changed?.id], action: 'close', resolution: 'duplicate' })
    await member.getByText('Resolved').waitFor()
    await change({ ids: [changed?.id], action: 'reopen' })
    await member.getByText('Resolved').waitFor({ state: 'detached' })

    // The URL restores the state.
    await page.keyboard.press('j')
    await page.waitForURL(/at=a/)
    await page.reload()
    await grid.locator('[aria-level="2"]').first().waitFor()
    expect(await grid.locator('[aria-expanded=true]').innerText()).toContain(`${group.value}`)
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowLeft')
    await focused(page, `group ${group.filter}`)

    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: `Close ${group.count} alerts` }).waitFor()
    await page.keyboard.press('4')
    await page.getByText(`Closed ${group.count} alerts as duplicate.`).waitFor()
    expect(decisions).toMatchObject([{ filter: `open:true ${group.filter}`, exclude: [], action: 'close' }])
    expect((await alerts(`open:true ${group.filter}`)).total).toBe(0)
    await grid.getByText(`${group.value}`, { exact: true }).waitFor({ state: 'detached' })
    await page.keyboard.press('z')
    await page.getByText(`Undone: ${group.count} changes.`).waitFor()
    await grid.getByText(`${group.value}`, { exact: true }).first().waitFor()
    expect((await alerts(`open:true ${group.filter}`)).total).toBe(group.count)
    await groupBy(page, 'None')
    await rowsOf(page).first().waitFor()
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('fits the width and the height of a phone', async () => {
    const { page, close } = await openTab({ width: 390, height: 844 })
    await signIn(page, server.url, '/alerts')
    await rowsOf(page).first().waitFor()
    // Screen readers hear the total of a view without open alerts, which must not widen the page.
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByText('total, none open')
      .first()
      .waitFor({ state: 'attached' })
    expect(
      await page.evaluate('[document.documentElement.scrollWidth, document.documentElement.scrollHeight]'),
    ).toEqual([390, 844])
    await close()
  })

  it('gives rows the height of the text size that the user chose', async () => {
    const { page, close } = await openTab()
    await page.goto(server.url)
    await page.evaluate(`document.documentElement.style.fontSize = '200%'`)
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Queue' }).click()
    await rowsOf(page).first().waitFor()
    const [title] = (await alerts('open:true')).data.map((alert) => alert.title)
    const shown = await rowsOf(page)
      .first()
      .getByText(title ?? '', { exact: true })
      .boundingBox()
    expect(shown?.width).toBeGreaterThan(150)
    const tops = await rowsOf(page).evaluateAll((rows) =>
      rows.slice(0, 2).map((row) => row.getBoundingClientRect().top),
    )
    expect((tops[1] ?? 0) - (tops[0] ?? 0)).toBeGreaterThan(2 * (shown?.height ?? 0))
    await close()
  })

  it('stays in place when its views and counts arrive late', async () => {
    const { page, close } = await openTab()
    let answer = (): void => undefined
    const asked = new Promise<void>((done) => {
      answer = done
    })
    await page.route(/\/api\/v1\/(views|alerts\/counts)\?/, async (route) => {
      await asked
      await route.continue()
    })
    await signIn(page, server.url, '/alerts')
    await rowsOf(page).first().waitFor()
    const before = await rowsOf(page).first().boundingBox()
    answer()
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Snoozed' }).waitFor()
    await page.getByRole('img', { name: /peak/ }).waitFor()
    expect((await rowsOf(page).first().boundingBox())?.y).toBe(before?.y)
    await close()
  })

  it('shows an error when its views cannot be loaded', async () => {
    const { page, close } = await openTab()
    // A stream that opens loads the views again by itself, perhaps just before the button is pressed.
    await page.route('**/api/v1/stream*', (route) => route.abort())
    await page.route('**/api/v1/views?*', (route) => route.fulfill({ status: 403, body: '' }))
    await signIn(page, server.url, '/alerts?view=new')
    await page.getByRole('alert').getByText('The server answered 403').waitFor()
    await page.unroute('**/api/v1/views?*')
    await page.getByRole('button', { name: 'Retry' }).click()
    await rowsOf(page).first().waitFor()
    await close()
  })

  it('says soon that live updates are paused', async () => {
    const { page, close } = await openTab()
    await page.route('**/api/v1/stream*', (route) => route.abort())
    await signIn(page, server.url, '/alerts')
    const started = Date.now()
    await page.getByText('Live updates paused').waitFor()
    expect(Date.now() - started).toBeLessThan(10_000)
    await close()
  })

  it('saves a view with its count and deletes it', async () => {
    const { page, troubles, close } = await open('/alerts?q=open%3Atrue%20severity%3Acritical')
    const { total } = await alerts('open:true severity:critical')
    await page.getByRole('button', { name: 'Save view' }).press('Enter')
    await page.getByRole('dialog', { name: 'Save view' }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('Burning')
    await page.keyboard.press('Enter')
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('button', { name: `Burning ${total}` }).waitFor()
    await page.waitForURL(/view=/)
    await page.reload()
    await page.getByText(`${total} alerts`, { exact: true }).waitFor()
    expect(await views.locator('[aria-current=page]').innerText()).toContain('Burning')
    await page.getByRole('button', { name: 'Actions for Burning' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Delete view' }).press('Enter')
    await views.getByText('Burning').waitFor({ state: 'detached' })
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })

  it('updates every row that another user changes at once, and is reloaded with a filter like a file name', async () => {
    const { page, troubles, close } = await open()
    const shown = await rowsOf(page).evaluateAll((rows) => rows.map(({ id }) => id.replace(/^row-/, '')))
    expect(shown.length).toBeGreaterThan(25)
    await change({ ids: shown, action: 'assign', assignee: 'mia' })
    for (const id of shown) await page.locator(`#row-${id}`).getByText('mia').first().waitFor()
    await page.goto(`${server.url}/alerts?q=source:auth.log`)
    await page.getByText('0 alerts').first().waitFor()
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })
})

const rowsOf = (page: Page) => page.getByRole('grid', { name: 'Alerts' }).locator('tbody tr')

/** Selects the field to group by with the keyboard, once the menu has the focus. */
const groupBy = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('b')
  await page.locator('[role=menu]:focus, [role=menu] :focus').waitFor()
  await page.keyboard.type(name.slice(0, 3))
  await page.locator('[role=menuitem]:focus', { hasText: name }).waitFor()
  await page.keyboard.press('Enter')
}

/** Waits until the cursor is at a row. */
const focused = (page: Page, id: string | undefined): Promise<void> =>
  page.locator(`[id="row-${encodeURIComponent(id ?? '')}"][tabindex="0"]`).waitFor()

const facetsOn = (page: Page): Promise<string[]> =>
  page
    .getByRole('region', { name: 'Severity' })
    .locator('[aria-pressed=true]')
    .evaluateAll((pressed) => pressed.map(({ title }) => title))

/** Collects the bodies of requests to a path. */
const requestsTo = (page: Page, path: string): unknown[] => {
  const bodies: unknown[] = []
  page.on('request', (request: Request) => {
    if (new URL(request.url()).pathname === path) bodies.push(request.postDataJSON())
  })
  return bodies
}

const newAlert = async (server: Server): Promise<void> => {
  const alert = {
    alert_id: 'NEW-1',
    timestamp: new Date().toISOString(),
    alert_type: 'malware',
    severity: 'high',
    description: 'Malware on a host',
    source_ip: '198.51.100.7',
  }
  const headers = { 'content-type': 'application/json' }
  expect((await server.ask('/api/v1/alerts', { method: 'POST', headers, body: JSON.stringify(alert) })).ok).toBe(true)
}
