import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

const request = (turns: ReturnType<typeof createTurns>, caller: string, started: string[], name: string) => {
  const place = turns.enter(caller)
  const turn = place.turn().then(() => void started.push(name))
  return { ...place, turn }
}

it('runs one request at a time, and the caller that ran least recently goes first', async () => {
  const turns = createTurns(4)
  const started: string[] = []
  const [a1, , , b1] = ['a1', 'a2', 'a3', 'b1'].map((name) => request(turns, name.charAt(0), started, name))
  await a1?.turn
  expect(started).toEqual(['a1'])
  a1?.leave()
  await b1?.turn
  expect(started).toEqual(['a1', 'b1'])
})

it('keeps a place for other callers, and says how long to wait', () => {
  const turns = createTurns(4)
  const started: string[] = []
  const places = ['1', '2', '3', '4'].map((name) => request(turns, 'a', started, name))
  expect(() => turns.enter('a')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED', retryAfter: 5 }))
  const other = turns.enter('b')
  expect(() => turns.enter('c')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE', retryAfter: 5 }))
  places[3]?.leave()
  expect(() => turns.enter('c')).not.toThrow()
  other.leave()
})

it('passes over requests whose bodies are still on their way, and those that were cancelled', async () => {
  const turns = createTurns(4)
  const slow = turns.enter('a')
  const quick = turns.enter('b')
  await quick.turn()
  const stop = new AbortController()
  const cancelled = turns.enter('c')
  const refused = expect(cancelled.turn(stop.signal)).rejects.toThrow('gone')
  const patient = turns.enter('d')
  const started = patient.turn()
  stop.abort(new Error('gone'))
  await refused
  cancelled.leave()
  quick.leave()
  await started
  patient.leave()
  await slow.turn()
})
