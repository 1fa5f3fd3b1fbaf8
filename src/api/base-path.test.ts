import { describe, expect, it } from 'vitest'
import { basePathOf, withoutBasePath } from './base-path.ts'
import { as, fakeServer } from './server.fake.ts'

const page = { accept: 'text/html' }

describe('a server below a folder', () => {
  it('takes the folder from its public URL', () => {
    expect(basePathOf(undefined)).toBe('')
    expect(basePathOf('https://logs.example')).toBe('')
    expect(basePathOf('https://logs.example/')).toBe('')
    expect(basePathOf('https://example.org/vedette/')).toBe('/vedette')
    expect(basePathOf('https://example.org/tools/logs')).toBe('/tools/logs')
  })

  it('removes the folder from addresses, and nothing else', () => {
    expect(withoutBasePath('/vedette', '/vedette')).toBe('/')
    expect(withoutBasePath('/vedette', '/vedette/?q=1')).toBe('/?q=1')
    expect(withoutBasePath('/vedette', '/vedette?q=1')).toBe('/?q=1')
    expect(withoutBasePath('/vedette', '/vedette/api/v1/events')).toBe('/api/v1/events')
    expect(withoutBasePath('/vedette', '/vedettes/api')).toBe('/vedettes/api')
    expect(withoutBasePath('/vedette', '/api/v1/events')).toBe('/api/v1/events')
    expect(withoutBasePath('/api', '/api/v1/events')).toBe('/api/v1/events')
    expect(withoutBasePath('', '/api/v1/events')).toBe('/api/v1/events')
  })

  it('serves a page that loads its files below the folder, whether the proxy passes the folder on or not', async () => {
    const { app } = await fakeServer({ publicUrl: 'https://example.org/vedette' })
    for (const url of ['/', '/index.html', '/vedette', '/vedette/', '/incidents', '/vedette/alerts?open=1']) {
      const { statusCode, headers, body } = await app.inject({ url, headers: page })
      expect([url, statusCode, headers['content-type'], headers['cache-control']]).toEqual([
        url,
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ])
      expect(body).toContain('src="/vedette/assets/app-1a2b3c4d.js"')
    }
    for (const url of ['/assets/app-1a2b3c4d.js', '/vedette/assets/app-1a2b3c4d.js']) {
      expect((await app.inject({ url, headers: { 'accept-encoding': 'br' } })).headers['content-encoding']).toBe('br')
    }
  })

  it('answers the API with and without the folder', async () => {
    const { app } = await fakeServer({ publicUrl: 'https://example.org/vedette' })
    for (const url of ['/api/v1/session', '/vedette/api/v1/session']) {
      expect((await app.inject({ url, headers: as('viewer') })).statusCode).toBe(200)
      expect((await app.inject(url)).statusCode).toBe(401)
    }
    expect((await app.inject('/vedette/health/live')).json()).toEqual({ status: 'alive' })
    const document = (await app.inject('/vedette/openapi.json')).json()
    expect(document).toMatchObject({ servers: [{ url: '/vedette' }] })
  })

  it('serves the reference below the folder', async () => {
    const { app } = await fakeServer({ publicUrl: 'https://example.org/vedette' })
    for (const [url, style] of [
      ['/docs', '/vedette/docs/static/swagger-ui.css'],
      ['/vedette/docs', '/vedette/docs/static/swagger-ui.css'],
      ['/docs/problems', '/vedette/docs/problems.css'],
    ] as const) {
      const { body, headers } = await app.inject(url)
      expect(body).toContain(`href="${style}"`)
      expect(body).not.toMatch(/(href|src)="\/docs/)
      expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
      expect((await app.inject(style)).statusCode).toBe(200)
    }
  })

  it('leaves the page alone without a folder', async () => {
    const { app } = await fakeServer({ publicUrl: 'https://logs.example' })
    expect((await app.inject('/')).body).toContain('src="/assets/app-1a2b3c4d.js"')
    expect((await app.inject('/vedette/health/live')).statusCode).toBe(404)
  })
})
