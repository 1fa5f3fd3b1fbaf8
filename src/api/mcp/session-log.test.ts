import { expect, it } from 'vitest'
import { createSessionLog } from './session-log.ts'

const own = '_GET_stream'
const said = (text: string) => ({ jsonrpc: '2.0' as const, method: 'notifications/message', params: { text } })

const replay = async (log: ReturnType<typeof createSessionLog>, id: string) => {
  const heard: string[] = []
  const stream = await log.replayEventsAfter(id, { send: async (which) => void heard.push(which) })
  return { stream, heard }
}

it('replays the messages of each stream after a given one, and none of others', async () => {
  const log = createSessionLog()
  // The SDK begins the streams of answers with this.
  const begun = await log.storeEvent('a', JSON.parse('{}'))
  await log.storeEvent(own, said('1'))
  await log.storeEvent('a', said('2'))
  await log.storeEvent(own, said('3'))
  expect(await replay(log, begun)).toEqual({ stream: 'a', heard: ['a.3'] })
  expect(await replay(log, `${own}.2`)).toEqual({ stream: own, heard: [`${own}.4`] })
  expect(await replay(log, `${own}.0`)).toEqual({ stream: own, heard: [`${own}.2`, `${own}.4`] })
  expect([log.isOwn(`${own}.4`), log.isOwn(begun), log.isOwn('')]).toEqual([true, false, false])
})

it('is bounded in number and in bytes: the oldest is forgotten', async () => {
  const few = createSessionLog({ most: 2 })
  const small = createSessionLog({ mostBytes: 2 * JSON.stringify(said('1')).length })
  for (const log of [few, small]) {
    for (const text of ['1', '2', '3']) await log.storeEvent(own, said(text))
    expect((await replay(log, `${own}.0`)).heard).toEqual([`${own}.2`, `${own}.3`])
  }
  await small.storeEvent(own, said('x'.repeat(1_000)))
  expect((await replay(small, `${own}.0`)).heard).toEqual([])
})

it('knows how far somebody listened', async () => {
  const log = createSessionLog()
  await log.storeEvent(own, said('1'))
  expect([log.heard, log.listening]).toEqual([`${own}.0`, false])
  const left = Promise.withResolvers<void>()
  log.listen(left.promise)
  await log.storeEvent(own, said('2'))
  expect([log.heard, log.listening]).toEqual([`${own}.2`, true])
  left.resolve()
  await left.promise
  await log.storeEvent(own, said('3'))
  expect([log.heard, log.listening]).toEqual([`${own}.2`, false])
})
