import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { client, startIdentityProvider } from '../../src/api/identity-provider.fake.ts'
import { adminToken, freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { describeInBrowser, openTab, seriousIssues } from './browser.ts'

const password = 'correct horse battery'

describeInBrowser('users', () => {
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
  // The browser reports the expected error responses.
  const unexpected = (troubles: readonly string[]) =>
    troubles.filter((text) => !/status of (401|403|404|503)/.test(text))
  let link = ''

  it('are invited with a link, with the keyboard', async () => {
    const { page, troubles, close } = await openTab()
    await page.goto(`${server.url}/users`)
    await page.getByText('Use a token').click()
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor()
    await page.getByText('No users yet').waitFor()
    await page.getByRole('button', { name: 'Invite' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Username').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('Ada')
    await page.keyboard.press('Enter')
    link = (await page.getByRole('dialog', { name: 'Password link for ada' }).getByText('#p=').textContent()) ?? ''
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: /^ada/ }).getByText('Not set').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(unexpected(troubles)).toEqual([])
    await close()
  })

  it('set a password with the link and sign in with it', async () => {
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
    await first.page.getByLabel('Confirm password').fill('')
    await first.page.keyboard.press('Shift+Tab')
    await first.page.keyboard.type(password)
    await first.page.keyboard.press('Tab')
    await first.page.keyboard.type('another')
    await first.page.keyboard.press('Enter')
    await first.page.getByRole('alert').getByText('do not match').waitFor()
    expect(await seriousIssues(first.page)).toEqual([])
    await first.page.getByLabel('Confirm password').fill(password)
    await first.page.keyboard.press('Enter')
    await first.page.getByRole('button', { name: 'Account: ada' }).waitFor()
    expect(unexpected(first.troubles)).toEqual([])
    await first.close()

    const { page, troubles, close } = await openTab()
    await page.goto(`${server.url}/alerts`)
    await page.getByLabel('Username').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not this one')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Wrong user name or password').waitFor()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Account: ada' }).click()
    expect(await page.getByRole('menuitem', { name: 'Users' }).count()).toBe(0)
    await page.getByRole('menuitem', { name: 'Change password' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change password' })
    await dialog.waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await page.keyboard.type('not this one')
    await dialog.getByLabel('New password').fill(`${password}!`)
    await dialog.getByLabel('Confirm password').fill(`${password}!`)
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Current password').fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('Password changed.').waitFor()
    await page.getByRole('button', { name: 'Account: ada' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('Username').waitFor()
    expect(unexpected(troubles)).toEqual([])
    await close()
  })

  it('sign in with the identity provider, or see why they cannot', async () => {
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
    await page.getByRole('button', { name: 'Account: dana' }).waitFor()
    await page.getByRole('heading', { name: 'Queue', level: 1 }).waitFor()
    expect(provider.complaints).toEqual([])
    expect(unexpected(troubles)).toEqual([])
    await close()
  })

  it('can get another role and be disabled', async () => {
    const { page, troubles, close } = await openTab()
    await page.goto(server.url)
    await page.getByText('Use a token').click()
    await page.getByLabel('Token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Account: admin' }).click()
    await page.getByRole('menuitem', { name: 'Users' }).click()
    await page.getByRole('button', { name: 'Actions for ada' }).click()
    await page.getByRole('menuitem', { name: 'viewer' }).click()
    await page.getByRole('row', { name: /^ada/ }).getByText('Viewer').waitFor()
    await page.getByRole('button', { name: 'Actions for dana' }).click()
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await page.getByRole('row', { name: /^dana/ }).getByText('disabled').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(unexpected(troubles)).toEqual([])
    await close()
  })
})
