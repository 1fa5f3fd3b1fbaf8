import { expect, it } from 'vitest'
import { nameSources } from './source-names.ts'

interface Given {
  readonly hostFolder?: string
  readonly isDistinct?: boolean
  readonly kept?: string
}

const namesOf = (logs: Record<string, Given>) =>
  nameSources(
    Object.entries(logs).map(([path, given]) => ({
      path,
      plain: path.slice(path.lastIndexOf('/') + 1),
      hostFolder: undefined,
      isDistinct: false,
      ...given,
    })),
  )

it('names a log after its file if no other has its name', () => {
  expect(namesOf({ '/var/log/nginx/access.log': {}, '/var/log/nginx/error.log': {} })).toEqual([
    'access.log',
    'error.log',
  ])
})

it('distinguishes logs of one name by as few of their folders as needed', () => {
  expect(namesOf({ '/r/web01/nginx/access.log': {}, '/r/proxy01/squid/access.log': {} })).toEqual([
    'nginx-access.log',
    'squid-access.log',
  ])
  expect(namesOf({ '/r/a/nginx/access.log': {}, '/r/b/nginx/access.log': {} })).toEqual([
    'a-nginx-access.log',
    'b-nginx-access.log',
  ])
})

it('lets the log above all others keep its name', () => {
  expect(namesOf({ '/var/log/nginx/access.log': {}, '/var/log/nginx/site1/access.log': {} })).toEqual([
    'access.log',
    'site1-access.log',
  ])
})

it('makes one source of the same log of several hosts, days and archives', () => {
  const hosts = {
    '/r/web01/nginx/access.log': { hostFolder: '/r/web01' },
    '/r/web02/nginx/access.log': { hostFolder: '/r/web02' },
  }
  const days = {
    '/l/2026-11-25/a.log': {},
    '/l/2026/11/26/a.log': {},
    '/l/date=2026-11-27/a.log': {},
    '/l/old/a.log': {},
  }
  expect(new Set(namesOf(hosts))).toEqual(new Set(['access.log']))
  expect(new Set(namesOf(days))).toEqual(new Set(['a.log']))
})

it('leaves logs alone whose content distinguishes them', () => {
  expect(namesOf({ '/r/db1/auth.log': { isDistinct: true }, '/r/db2/auth.log': { isDistinct: true } })).toEqual([
    'auth.log',
    'auth.log',
  ])
})

it('keeps the names of logs that were read before, also for the same log of the next day', () => {
  expect(
    namesOf({
      '/l/2026-11-25/nginx/access.log': { kept: 'access.log' },
      '/l/2026-11-26/nginx/access.log': {},
      '/l/2026-11-26/squid/access.log': {},
    }),
  ).toEqual(['access.log', 'access.log', 'squid-access.log'])
})
