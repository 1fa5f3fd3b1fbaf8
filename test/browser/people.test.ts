import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { client, startIdentityProvider } from '../../src/api/identity-provider.fake.ts'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { describeInBrowser, openTab, seriousIssues } from './browser.ts'

const password = 'correct horse battery'

describeInBrowser('people', () => {
  const folder = scratch()
  let server: Server
  let provider: Awaited<ReturnType<typeof startIdentityProvider>>
  beforeAll(async () => {
    provider = await startIdentityProvider()
    const port = await freePort()
    const config = {
      server: { public_url: `http://127.0.0.1:${port}` },
      sign_in: {
        oidc: {
          ...{ name: 'Keycloak', issuer: provider.issuer, client_id: client.id, client_secret: client.secret },
          roles: { analyst: ['soc'] },
        },
      },
    }
    mkdirSync(folder.path, { recursive: true })
    writeFileSync(join(folder.path, 'vedette.yaml'), JSON.stringify(config))
    const env = { VEDETTE_CONFIG: join(folder.path, 'vedette.yaml') }
    server = await startServer({ dataDir: join(folder.path, 'data'), port, env })
  })
  afterAll(async () => {
    await server.stop()
    await provider.close()
    folder.remove()
  })
  // The refusals themselves are the browser's to report.
  const real = (troubles: readonly string[]) => troubles.filter((text) => !/status of (401|403|404|503)/.test(text))
  let link = ''

  it('are invited by a link, with the keyboard', async () => {
    const { page, troubles, close } = await openTab()
    await page.goto(`${server.url}/people`)
    await page.getByText('Use a token').click()
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor()
    await page.getByText('Nobody has an account yet.').waitFor()
    await page.getByRole('button', { name: 'Invite' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('User name').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('Ada')
    await page.keyboard.press('Enter')
    link = (await page.getByRole('dialog', { name: 'A link for ada' }).getByText('#p=').textContent()) ?? ''
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: /^ada/ }).getByText('nothing yet').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(real(troubles)).toEqual([])
    await close()
  })

  it('choose a password with it, and sign in with that from then on', async () => {
    const first = await openTab({ theme: 'dark' })
    await first.page.goto(link)
    await first.page.getByRole('heading', { name: 'Set your password' }).waitFor()
    expect(new URL(first.page.url()).hash).toBe('')
    await first.page.keyboard.type('short')
    await first.page.keyboard.press('Tab')
    await first.page.keyboard.type('short')
    await first.page.keyboard.press('Enter')
    await first.page.getByRole('alert').getByText('at least 12 characters').waitFor()
    expect(await first.page.getByLabel('New password').evaluate((field) => field.matches(':focus'))).toBe(true)
    await first.page.getByLabel('New password').fill('')
    await first.page.getByLabel('The same again').fill('')
    await first.page.keyboard.press('Shift+Tab')
    await first.page.keyboard.type(password)
    await first.page.keyboard.press('Tab')
    await first.page.keyboard.type('another')
    await first.page.keyboard.press('Enter')
    await first.page.getByRole('alert').getByText('not the same').waitFor()
    expect(await seriousIssues(first.page)).toEqual([])
    await first.page.getByLabel('The same again').fill(password)
    await first.page.keyboard.press('Enter')
    await first.page.getByRole('button', { name: 'Account of ada' }).waitFor()
    expect(real(first.troubles)).toEqual([])
    await first.close()

    const { page, troubles, close } = await openTab()
    await page.goto(`${server.url}/alerts`)
    await page.getByLabel('User name').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not this one')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('is not right').waitFor()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Account of ada' }).click()
    expect(await page.getByRole('menuitem', { name: 'People' }).count()).toBe(0)
    await page.getByRole('menuitem', { name: 'Change password' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change your password' })
    await dialog.waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('not this one')
    await dialog.getByLabel('New password').fill(`${password}!`)
    await dialog.getByLabel('The same again').fill(`${password}!`)
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('Your password is changed.').waitFor()
    await page.getByRole('button', { name: 'Account of ada' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('User name').waitFor()
    expect(real(troubles)).toEqual([])
    await close()
  })

  it('sign in through the identity provider, and are told why not', async () => {
    const { page, troubles, close } = await openTab({ theme: 'dark' })
    const withKeycloak = page.getByRole('button', { name: 'Sign in with Keycloak' })
    await page.goto(`${server.url}/alerts`)
    await withKeycloak.waitFor()
    provider.faults.down = true
    await withKeycloak.click()
    await page.getByRole('alert').getByText('does not answer').waitFor()
    provider.faults.down = false
    provider.faults.visitor = { sub: 'd1', preferred_username: 'dana', groups: [] }
    await withKeycloak.click()
    await page.getByRole('alert').getByText('have no role here').waitFor()
    expect(new URL(page.url()).search).toBe('')
    provider.faults.visitor = { sub: 'd1', preferred_username: 'dana', groups: ['soc'] }
    await withKeycloak.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Account of dana' }).waitFor()
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    expect(provider.complaints).toEqual([])
    expect(real(troubles)).toEqual([])
    await close()
  })

  it('get another role and are disabled', async () => {
    const { page, troubles, close } = await openTab()
    await page.goto(server.url)
    await page.getByText('Use a token').click()
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Account of admin' }).click()
    await page.getByRole('menuitem', { name: 'People' }).click()
    await page.getByRole('button', { name: 'What to do with ada' }).click()
    await page.getByRole('menuitem', { name: 'viewer' }).click()
    await page.getByRole('row', { name: /^ada/ }).getByText('viewer').waitFor()
    await page.getByRole('button', { name: 'What to do with dana' }).click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await page.getByRole('row', { name: /^dana/ }).getByText('disabled').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(real(troubles)).toEqual([])
    await close()
  })
})
