import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, describe } from 'vitest'
import { z } from 'zod'
import { adminToken } from '../e2e/program.ts'
import { needs } from '../needs.ts'

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Describes a suite that needs a browser. */
export const describeInBrowser = (name: string, suite: () => void): void => {
  const missing = existsSync(executable) ? undefined : `${executable} is not installed (apt-get install chromium)`
  describe(name, needs({ missing }), () => {
    // The browser starts once a file, which takes as long as a short test.
    afterAll(async () => {
      await (await browser)?.close()
      browser = undefined
    })
    suite()
  })
}

export interface Tab {
  readonly page: Page
  /** Console errors, page errors, and requests to other hosts. */
  readonly troubles: readonly string[]
  close(): Promise<void>
}

interface TabOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
}

/** The browser of this test file. */
let browser: Promise<Browser> | undefined

/** Opens a page with an empty profile: cookies, storage and cache of its own. */
export const openTab = async ({ width = 1440, height = 900, theme = 'light' }: TabOptions = {}): Promise<Tab> => {
  browser ??= chromium.launch({
    executablePath: executable,
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && hostname !== '127.0.0.1') troubles.push(request.url())
  })
  return {
    page,
    troubles,
    close: () => context.close(),
  }
}

/** Opens a screen and signs in with a token. */
export const signIn = async (page: Page, url: string, path = '/', token = adminToken): Promise<void> => {
  await page.goto(url + path)
  await page.getByLabel('Token').fill(token)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Screens' }).waitFor()
}

const findings = z.array(
  z.object({ id: z.string(), impact: z.string().nullish(), nodes: z.array(z.object({ html: z.string() })) }),
)

/** Returns the serious and critical axe violations on the current page: of all rules, or only of those about colours. */
export const seriousIssues = async (page: Page, rules: 'all' | 'colours' = 'all'): Promise<string[]> => {
  // Evaluated, not inserted as a script: the content security policy blocks foreign scripts. Only violations are described in detail.
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe.source)
  const options = {
    resultTypes: ['violations'],
    ...(rules === 'colours' && { runOnly: ['color-contrast', 'link-in-text-block'] }),
  }
  const found = findings.parse(
    await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`),
  )
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}

/** Presses Tab until an element has focus. */
export const tabTo = async (page: Page, goal: Locator): Promise<void> => {
  await goal.waitFor()
  for (let presses = 0; presses < 60; presses++) {
    if (await goal.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Pressed Tab 60 times without reaching ${goal}.`)
}
