import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { describeInBrowser, openTab, seriousIssues } from './browser.ts'

/** The sample is analysed within 15 s on a machine that does nothing else; here others may work too. */
const patienceMs = 90_000

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

  it('shows findings, explains one, and knows what comes next, by keyboard alone', { timeout: 240_000 }, async () => {
    const link = /http:\S+#k=\S+/.exec(server.output())?.[0] ?? ''
    const { page, troubles, close } = await openTab()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    const sample = page.getByRole('region', { name: 'Sample data' })
    await sample.getByText('real log lines').waitFor()

    const attack = page.getByRole('link', { name: /^critical/ }).first()
    await attack.waitFor({ timeout: patienceMs })
    await sample.getByText(/^analysing/).waitFor({ state: 'detached', timeout: patienceMs })
    expect(await seriousIssues(page)).toEqual([])
    const steps = page.getByRole('region', { name: 'First steps' }).getByRole('listitem')
    expect(await steps.filter({ hasText: 'done' }).count()).toBe(0)

    await tabTo(page.keyboard, () => attack.evaluate((link) => link.matches(':focus')))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/incidents\/INC-\d+/)
    await page.getByRole('heading', { name: /login/ }).first().waitFor()
    await page
      .getByText(/Failed password for/)
      .first()
      .waitFor()
    expect(await seriousIssues(page)).toEqual([])

    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await steps.filter({ hasText: 'see why' }).filter({ hasText: 'done' }).waitFor()

    await tabTo(page.keyboard, () =>
      page.getByRole('button', { name: 'Remove the sample' }).evaluate((button) => button.matches(':focus')),
    )
    await page.keyboard.press('Enter')
    await page.getByText('No logs have come yet.').first().waitFor({ timeout: patienceMs })
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

/** Presses Tab until something has the focus. */
const tabTo = async (
  keyboard: { press(key: string): Promise<void> },
  reached: () => Promise<boolean>,
): Promise<void> => {
  for (let presses = 0; presses < 60; presses++) {
    if (await reached()) return
    await keyboard.press('Tab')
  }
  throw new Error('60 presses of Tab do not reach it')
}
