import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { obey } from '../../src/pipeline/triage/llm/obedient.fake.ts'
import { type RunningVendor, startVendor, vendors } from '../../src/pipeline/triage/llm/vendors.fake.ts'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'

const created = z.object({ secret: z.string() })

/** The browser reports the 401 of the session request before the sign-in. */
const isTrouble = (text: string): boolean => !/status of 401/.test(text)

describeInBrowser('a language model', () => {
  const folder = scratch()
  let server: Server
  let vendor: RunningVendor

  const send = async (path: string, body: object): Promise<Response> => {
    const headers = { 'content-type': 'application/json' }
    return server.ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  beforeAll(async () => {
    const anthropic = vendors.find(({ type }) => type === 'anthropic')
    if (!anthropic) throw new Error('There is no vendor.')
    vendor = await startVendor(anthropic, () => ({
      ...obey('brute_force', 'root was tried from outside', 's1'),
      verdict: 'suspicious',
      risk_level: 'medium',
      summary: [
        { text: 'Somebody tried passwords of root.', evidence_ids: ['s1'] },
        { text: 'It failed 4711 times.', evidence_ids: ['s1'] },
      ],
    }))
    const providers = [{ ...vendor.settings, name: 'claude' }]
    const env = {
      VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify(providers),
      // Ask the model only on request.
      VEDETTE_TRIAGE_LLM_MIN_LEVEL: 'critical',
    }
    server = await startServer({ dataDir: folder.path, port: await freePort(), env })
    await send('/api/v1/alerts', {
      alert_id: 'case-1',
      timestamp: '2026-01-05T08:00:00Z',
      alert_type: 'brute_force',
      severity: 'high',
      title: 'Guessed passwords on web-01',
      description: 'Failed password for root from 203.0.113.9 password=Hunter2CANARY99',
      source_ip: '203.0.113.9',
      user_name: 'dana',
      asset_id: 'web-01',
    })
    await until(async () => (await server.ask('/api/v1/incidents/INC-1')).status === 200, 'the incident')
  })
  afterAll(async () => {
    await server.stop()
    await vendor.wire.close()
    folder.remove()
  })

  for (const theme of ['light', 'dark'] as const) {
    it(`is asked with the keyboard, and its response is streamed and checked, ${theme} theme`, async () => {
      const { page, troubles, close } = await openTab({ theme })
      vendor.behaviour = 'stalls'
      await signIn(page, server.url, '/incidents/INC-1')
      const ask = page.getByRole('button', { name: theme === 'light' ? 'Ask a model' : 'Ask again' })
      await ask.focus()
      await page.keyboard.press('Enter')
      const coming = page.getByRole('region', { name: 'Draft response' })
      await coming.getByText('Not checked yet.').waitFor()
      await coming.getByText('Somebody tried passwords').waitFor()
      expect(await seriousIssues(page)).toEqual([])
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/coming-${theme}.png` })
      const dropped = vendor.wire.dropped
      await page.getByRole('button', { name: 'Stop' }).focus()
      await page.keyboard.press('Enter')
      await coming.waitFor({ state: 'detached' })
      await until(() => vendor.wire.dropped > dropped, 'the end of the call')

      vendor.behaviour = 'answers'
      await ask.focus()
      await page.keyboard.press('Enter')
      const model = page.getByRole('region', { name: 'Model' })
      await model.getByText('Somebody tried passwords of root. [s1]').waitFor()
      await coming.waitFor({ state: 'detached' })
      // A claim that failed the checks is shown only as removed.
      expect(await model.getByText('It failed 4711 times.').count()).toBe(1)
      expect(await seriousIssues(page)).toEqual([])
      if (process.env.SHOTS) {
        await model.scrollIntoViewIfNeeded()
        await page.screenshot({ path: `${process.env.SHOTS}/answered-${theme}.png` })
      }

      await page.getByRole('button', { name: 'Preview request' }).focus()
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Model request' })
      await dialog.getByText('POST http://127.0.0.1').waitFor()
      const shown = await dialog.innerText()
      expect(shown).toContain(vendor.wire.requests.at(-1)?.body.slice(0, 300))
      expect(shown).toMatch(/IP_1\s+203\.0\.113\.9/)
      expect(shown).not.toContain('CANARY')
      expect(await seriousIssues(page)).toEqual([])
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/sent-${theme}.png` })
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      expect(troubles.filter(isTrouble)).toEqual([])
      await close()
    })
  }

  it('shows a failed request and keeps the previous response', async () => {
    const { page, close } = await openTab()
    vendor.behaviour = 'refuses the key'
    await signIn(page, server.url, '/incidents/INC-1')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.getByRole('alert').getByText('No model answered: claude: it rejected the API key').waitFor()
    await page.getByText('Somebody tried passwords of root. [s1]').waitFor()
    await close()
  })

  it('is hidden without the required role or a configured model', async () => {
    const answer = await send('/api/v1/tokens', { name: 'watcher', role: 'viewer' })
    const { secret } = created.parse(await answer.json())
    const seen = async (token: string): Promise<number> => {
      const { page, close } = await openTab()
      await signIn(page, server.url, '/incidents/INC-1', token)
      await page.getByText(/^By rules/).waitFor()
      const buttons = await page.getByRole('button', { name: /Ask a model|Ask again|Preview request/ }).count()
      await close()
      return buttons
    }
    expect(await seen(secret)).toBe(0)
    await server.stop()
    server = await startServer({ dataDir: folder.path, port: await freePort() })
    expect(await seen(adminToken)).toBe(0)
  })

  it('is collapsed and has no effect in shadow mode', async () => {
    await server.stop()
    vendor.behaviour = 'answers'
    const env = {
      VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify([{ ...vendor.settings, name: 'quiet', shadow: true }]),
      VEDETTE_TRIAGE_LLM_MIN_LEVEL: 'info',
    }
    server = await startServer({ dataDir: folder.path, port: await freePort(), env })
    const { incident_id } = z
      .object({ incident_id: z.string() })
      .parse(await (await server.ask('/api/v1/alerts/case-1')).json())
    await send('/api/v1/alerts', {
      alert_id: 'case-2',
      timestamp: '2026-01-05T08:05:00Z',
      alert_type: 'brute_force',
      severity: 'high',
      title: 'Guessed passwords again',
      description: 'Failed password for root from 203.0.113.9',
      source_ip: '203.0.113.9',
      asset_id: 'web-01',
    })
    await until(async () => {
      const answer = await server.ask('/api/v1/alerts/case-2/opinions')
      return (
        answer.status === 200 && z.object({ data: z.array(z.unknown()) }).parse(await answer.json()).data.length > 0
      )
    }, 'the opinion of the shadow model')
    const { page, troubles, close } = await openTab()
    await signIn(page, server.url, `/incidents/${incident_id}?alert=case-2`)
    const fold = page.getByText('Shadow mode: 1 model, no effect')
    await fold.waitFor()
    expect(await page.getByRole('region', { name: 'Shadow model: quiet' }).isVisible()).toBe(false)
    await fold.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Shadow model: quiet' }).getByText('Somebody tried passwords').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/shadow.png`, fullPage: true })
    expect(troubles.filter(isTrouble)).toEqual([])
    await close()
  })
})
