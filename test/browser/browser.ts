import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import { describe } from 'vitest'
import { z } from 'zod'
import { adminToken, scratch } from '../e2e/program.ts'
import { needs } from '../needs.ts'

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Describes a suite that needs a browser. */
export const describeInBrowser = (name: string, suite: () => void): void => {
  const missing = existsSync(executable) ? undefined : `${executable} is not installed (apt-get install chromium)`
  describe(name, needs({ missing }), suite)
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

/** Opens a new browser with an empty profile. */
export const openTab = async ({ width = 1440, height = 900, theme = 'light' }: TabOptions = {}): Promise<Tab> => {
  const folder = scratch()
  const context: BrowserContext = await chromium.launchPersistentContext(folder.path, {
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
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  const page = context.pages()[0] ?? (await context.newPage())
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
    async close() {
      await context.close()
      folder.remove()
    },
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

/** Returns the serious and critical axe violations on the current page. */
export const seriousIssues = async (page: Page): Promise<string[]> => {
  // Evaluated, not inserted as a script: the content security policy blocks foreign scripts.
  await page.evaluate(axe.source)
  const found = findings.parse(await page.evaluate('axe.run(document).then(({ violations }) => violations)'))
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
