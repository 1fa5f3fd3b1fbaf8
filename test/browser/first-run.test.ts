import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, tabTo } from './browser.ts'

const labels = z
  .object({
    stages: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        title: z.string(),
        lines: z.record(z.string(), z.array(z.tuple([z.int(), z.int()]))),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(root, 'samples/labels.json'), 'utf8')))

/** An idle machine analyses the sample within 15 s. Other tests may be running here. */
const timeoutMs = 90_000

describeInBrowser('the first run', () => {
  const folder = scratch()
  let server: Server
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path, port: await freePort(), env: { VEDETTE_SAMPLES: 'auto' } })
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  it('shows incidents, explains one and removes the sample, with the keyboard only', { timeout: 240_000 }, async () => {
    const link = await until(() => /http:\S+#k=\S+/.exec(server.output())?.[0], 'the sign-in link')
    const { page, troubles, close } = await openTab()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    // The link works only once.
    const other = await openTab()
    await other.page.goto(link)
    await other.page.getByLabel('Token').waitFor()
    await other.close()
    const sample = page.getByRole('region', { name: 'Sample data' })
    await sample.getByText('real log lines').waitFor()

    const attack = page.getByRole('link', { name: /^critical/ }).first()
    await attack.waitFor({ timeout: timeoutMs })
    await sample.getByText(/^Analysing/).waitFor({ state: 'detached', timeout: timeoutMs })
    expect(await seriousIssues(page)).toEqual([])
    expect(
      await page.getByRole('region', { name: 'Needs attention' }).getByRole('link').count(),
    ).toBeGreaterThanOrEqual(3)
    const steps = page.getByRole('region', { name: 'First steps' }).getByRole('listitem')
    expect(await steps.filter({ hasText: 'done' }).count()).toBe(0)

    await tabTo(page, attack)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/incidents\/INC-\d+/)
    await page.getByRole('heading', { name: /login/ }).first().waitFor()
    await page
      .getByText(/Failed password for/)
      .first()
      .waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await expectAttack(page)

    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await steps.filter({ hasText: 'see why' }).filter({ hasText: 'done' }).waitFor()

    await tabTo(page, page.getByRole('button', { name: 'Remove sample data' }))
    await page.keyboard.press('Enter')
    await page.getByText('No logs received yet').first().waitFor({ timeout: timeoutMs })
    await sample.waitFor({ state: 'detached' })
    const left = z
      .object({ events: z.object({ count: z.int() }), incidents: z.object({ open: z.int() }) })
      .parse(await (await server.ask('/api/v1/overview?from=now-30d')).json())
    expect(left).toMatchObject({ events: { count: 0 }, incidents: { open: 0 } })
    expect(await seriousIssues(page)).toEqual([])
    expect(troubles).toEqual([])
    await close()
  })
})

/** Compares the incident of the attack with the label file, and checks every part of the screen. */
const expectAttack = async (page: Page): Promise<void> => {
  const stage = labels.stages.find(({ id }) => id === 'break-in')
  const [address = '?', , , , user = '?'] = stage?.title.replace(/\.$/, '').split(' ') ?? []
  const title = page.getByRole('heading', { level: 2 }).first()
  for (const words of ['ended in a login', address, user]) expect(await title.innerText()).toContain(words)
  const sentence = page
    .locator('header')
    .filter({ has: title })
    .getByText(/In total \d+ alerts/)
  expect(await sentence.innerText()).toContain(address)

  const evidence = page.getByRole('tabpanel', { name: 'Evidence' })
  const origins = await evidence.getByText(/^[a-z.-]+(?:log)?:\d+$/).allInnerTexts()
  expect(origins.filter(isOfTheAttack).length).toBeGreaterThanOrEqual(5)

  const timeline = page.getByRole('region', { name: 'Timeline' })
  expect(await timeline.getByText(/^T1\d{3}/).count()).toBeGreaterThanOrEqual(3)
  const triage = page.getByRole('region', { name: 'Triage' })
  for (const part of ['Reasons', 'Missing information', 'Next steps'])
    await triage.getByRole('region', { name: part }).waitFor()
  await triage.getByText(/^Confidence/).waitFor()
  const entities = page.getByRole('region', { name: 'Entities' })
  for (const value of [address, user, 'web-01.sample']) {
    await entities
      .getByRole('button', { name: new RegExp(value.replaceAll('.', '\\.')) })
      .first()
      .waitFor()
  }
  await page.getByRole('tab', { name: 'Evidence' }).focus()
  await page.keyboard.press('ArrowRight')
  const why = page.getByRole('tabpanel', { name: 'Why' })
  for (const head of ['Seen', 'Usual']) await why.getByText(head, { exact: true }).waitFor()
  const parts = await why.getByRole('row').locator('td:nth-of-type(1)').allInnerTexts()
  const points = parts.map((text) => Number(text.replace('−', '-')))
  // The last row is the score; the other rows add up to it.
  const score = points.pop() ?? Number.NaN
  expect(Math.abs(points.reduce((sum, one) => sum + one, 0) - score)).toBeLessThanOrEqual(points.length)
  await page.keyboard.press('e')
  await page.keyboard.press('v')
  await page.getByRole('dialog', { name: 'Log context' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

const isOfTheAttack = (origin: string): boolean => {
  const [file = '', number = '0'] = origin.split(':')
  return labels.stages.some(
    ({ kind, lines }) =>
      kind === 'attack' &&
      (lines[file] ?? []).some(([first, last]) => Number(number) >= first && Number(number) <= last),
  )
}
