import { expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'

const receivedAt = Date.UTC(2026, 11, 14)
const line = (thread: number, second: number, rest: string) => `261121  3:12:${second}\t     ${thread} ${rest}`
const connect = (thread: number, second: number) =>
  line(thread, second, 'Connect\tkim@203.0.113.9 on shop using TCP/IP')
const refuse = (thread: number, second: number) =>
  line(thread, second, "Connect\tAccess denied for user 'kim'@'203.0.113.9' (using password: YES)")
const query = (thread: number, second: number) => line(thread, second, "Query\tselect 'login failed for user kim'")
const loginsIn = (...batches: readonly (readonly [first: number, texts: readonly string[]])[]) => {
  const { normalize } = createNormalizer()
  return batches.flatMap(([first, texts]) =>
    normalize({ partition: 0, first, source: 's', receivedAt, texts })
      .filter(({ fields }) => fields['event.category']?.toString().includes('authentication'))
      .map(({ id, fields }) => [id, fields['event.outcome'], fields['user.name'], fields['source.ip']].join(' ')),
  )
}

it('reads the first command of a connection as a login, and a refused password as none', () => {
  const texts = [connect(4, 10), connect(5, 10), refuse(4, 10), query(5, 11), query(5, 12), line(5, 13, 'Quit\t')]
  expect(loginsIn([0, texts])).toEqual(['0-2 failure kim 203.0.113.9', '0-3 success kim 203.0.113.9'])
})

it('reads no login from a command of a connection that it does not know', () => {
  expect(loginsIn([0, [query(5, 12), refuse(6, 12), query(6, 13)]])).toEqual(['0-1 failure kim 203.0.113.9'])
})

it('finds the same login in lines that are delivered again', () => {
  const texts = [connect(5, 10), query(5, 11), query(5, 12)]
  const login = '0-1 success kim 203.0.113.9'
  expect(loginsIn([0, texts], [0, texts])).toEqual([login, login])
  expect(loginsIn([0, texts], [1, texts.slice(1)])).toEqual([login, login])
})
