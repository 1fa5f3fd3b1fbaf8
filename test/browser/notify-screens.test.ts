import { createServer, type Server as HttpServer } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { until } from '../until.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'
import { atWeb, guesses } from './guesses.ts'

describeInBrowser('the screens about messages', () => {
  const folder = scratch()
  const received: string[] = []
  let server: Server
  let receiver: HttpServer
  beforeAll(async () => {
    const port = await freePort()
    receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        received.push(body)
        response.end('noted')
      })
    }).listen(port, '127.0.0.1')
    server = await startServer({
      dataDir: folder.path,
      port: await freePort(),
      env: {
        VEDETTE_NOTIFY: JSON.stringify([
          { name: 'oncall', type: 'webhook', url: `http://127.0.0.1:${port}/`, only: 'host:web-*' },
        ]),
      },
    })
    const send = await server.ask('/api/v1/events?source=auth', { method: 'POST', body: guesses(atWeb) })
    expect(send.status).toBe(200)
    await until(async () => (await server.ask('/api/v1/incidents/INC-1')).status === 200, 'the incident')
  })
  afterAll(async () => {
    await server.stop()
    receiver.close()
    folder.remove()
  })

  it('send a test message and a digest, and show the answer', async () => {
    const { page, close } = await openTab({ theme: 'light', width: 1280, height: 800 })
    await signIn(page, server.url)
    await page.goto(`${server.url}/receivers`)
    await page.getByText('only host:web-*').waitFor()
    await page.getByRole('button', { name: 'Send test to oncall' }).click()
    await page.getByText('Test message delivered to oncall. Answer: 200 noted.').waitFor()
    expect(received.at(-1)).toContain('Vedette can reach this receiver')
    await page.getByRole('button', { name: 'Send digest to oncall' }).click()
    await page.getByText('Digest delivered to oncall. Answer: 200 noted.').waitFor()
    expect(received.at(-1)).toContain('Weekly digest')
    expect(await seriousIssues(page)).toEqual([])
    await close()
  })

  it('offer to hide the cause of a closed incident, and pause, edit and remove the suppression', async () => {
    const { page, close } = await openTab({ theme: 'dark', width: 1280, height: 800 })
    await signIn(page, server.url)
    await page.goto(`${server.url}/incidents/INC-1`)
    await page.getByRole('button', { name: /^Close/ }).click()
    await page.getByLabel('Then hide the same in future…').check()
    await page.keyboard.press('3')
    const dialog = page.getByRole('dialog', { name: 'Mark as normal' })
    expect(await dialog.getByLabel('Filter').inputValue()).toContain('ip:')
    await dialog.getByLabel('Reason').fill('our own scanner')
    await dialog.getByRole('button', { name: 'Mark as normal' }).click()
    await page.getByText('Marked as normal.').waitFor()

    await page.goto(`${server.url}/suppressions`)
    await page.getByText('our own scanner').waitFor()
    const menu = async (item: string) => {
      await page.getByRole('button', { name: /^Actions for/ }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await menu('Pause')
    await page.getByText('Paused · our own scanner').waitFor()
    await menu('Resume')
    await page.getByText('Paused ·').waitFor({ state: 'detached' })
    await menu('Edit…')
    const edit = page.getByRole('dialog', { name: 'Edit suppression' })
    await edit.getByLabel('Reason').fill('the scanner of the auditors')
    expect(await seriousIssues(page)).toEqual([])
    await edit.getByRole('button', { name: 'Save' }).click()
    await page.getByText('the scanner of the auditors').waitFor()
    await menu('Remove')
    await page.getByText('No suppressions').waitFor()
    await close()
  })
})
