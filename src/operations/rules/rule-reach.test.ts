import { expect, it } from 'vitest'
import { silentLog } from '../../component.ts'
import { noRules } from '../../pipeline/detect/sigma/rule-book.ts'
import { openStore } from '../../store/open-store.ts'
import { createReach } from './rule-reach.ts'

it('classifies a source again when it has sent a tenth more, after ten minutes, and when the rules changed', async () => {
  let time = Date.UTC(2026, 0, 1)
  const now = () => time
  const store = await openStore('sqlite::memory:', { now, log: silentLog })
  const book = { ...noRules, revision: 1 }
  let searches = 0
  const search: typeof store.events.search = (query) => {
    searches += 1
    return store.events.search(query)
  }
  const reach = createReach({ store: { ...store, events: { ...store.events, search } }, book, now })
  const searchesAfter = async (sent: number, ms = 60_000) => {
    const row = { source: 'auth', format: 'syslog', parsed: true, count: sent, sample: '', last_seen_at: time }
    await store.transaction((tx) => store.parseHealth.add([row], tx))
    time += ms
    searches = 0
    expect((await reach()).sources).toBe(1)
    return searches
  }
  expect(await searchesAfter(100)).toBe(1)
  expect(await searchesAfter(5)).toBe(0)
  expect(await searchesAfter(5)).toBe(1)
  expect(await searchesAfter(1, 600_000)).toBe(1)
  book.revision = 2
  expect(await searchesAfter(1)).toBe(1)
  await store.close()
})
