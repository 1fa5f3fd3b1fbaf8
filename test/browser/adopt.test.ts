import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { triageTables } from '../../src/compat/triage/adoption/former-tables.fake.ts'
import { writeFormerFile } from '../../src/operations/adoption/former-tables.fake.ts'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { describeInBrowser, openTab, seriousIssues, signIn } from './browser.ts'

describeInBrowser('the screen about older systems', () => {
  const [folder, former] = [scratch(), scratch()]
  const database = join(former.path, 'triage.db')
  let server: Server
  beforeAll(async () => {
    writeFormerFile(database, triageTables)
    server = await startServer({ dataDir: folder.path, port: await freePort() })
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
    former.remove()
  })

  it('shows what would be taken, takes it once, and notes who did', async () => {
    const { page, close } = await openTab({ theme: 'light', width: 1280, height: 800 })
    await signIn(page, server.url, '/adopt')
    const source = page.getByLabel(/^A folder, an .env file/)
    await source.fill(join(former.path, 'nothing'))
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('There is no file or folder').waitFor()

    await source.fill(database)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'This would be taken' }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(await (await server.ask('/api/v1/assets')).json()).toMatchObject({ data: [] })

    await page.getByRole('button', { name: 'Take over' }).click()
    await page.getByRole('heading', { name: 'Taken', exact: true }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(await (await server.ask('/api/v1/assets')).json()).toMatchObject({ data: [{}] })
    expect(await (await server.ask('/api/v1/audit')).json()).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ action: 'adopt', actor: 'admin', target_id: database })]),
    })

    await source.fill(`${database} `)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Take over' }).click()
    await page
      .getByText(/had been taken before/)
      .first()
      .waitFor()
    await close()
  })
})
