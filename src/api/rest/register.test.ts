import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineOperation } from '../../operations/operation.ts'
import { as, fakeServer } from '../server.fake.ts'

const look = defineOperation({
  name: 'look',
  summary: 'Looks.',
  role: 'viewer',
  input: z.object({}),
  output: z.object({ seen: z.number() }),
  run: async () => ({ seen: 1 }),
})
const wanted = z.looseObject({ group: z.string().optional() })

describe('a route that reads the query itself', () => {
  it('blames the client for a parameter that is sent twice', async () => {
    const { app, logged } = await fakeServer({
      systems: [
        {
          name: 'older',
          ports: [],
          routes: [
            {
              method: 'GET',
              path: '/older/read',
              operation: look,
              hide: true,
              read: async ({ query }) => {
                wanted.parse(query)
                return {}
              },
              readQuery: () => ({}),
            },
            {
              method: 'GET',
              path: '/older/present',
              operation: look,
              hide: true,
              readQuery: () => ({}),
              present: (_answer, { query }) => wanted.parse(query).group ?? 'none',
            },
            {
              method: 'GET',
              path: '/older/wrong',
              operation: look,
              hide: true,
              readQuery: () => ({}),
              present: () => wanted.parse({ group: 1 }),
            },
          ],
        },
      ],
    })
    const get = (url: string) => app.inject({ url, headers: as('viewer') })
    for (const url of ['/older/read', '/older/present']) {
      expect((await get(`${url}?group=a`)).statusCode).toBe(200)
      const { statusCode, body } = await get(`${url}?group=a&group=b`)
      expect([statusCode, body]).toEqual([400, expect.stringContaining('group: Invalid input: expected string')])
    }
    expect(logged).toEqual([])
    // A fault of our own stays one.
    expect((await get('/older/wrong')).statusCode).toBe(500)
  })
})
