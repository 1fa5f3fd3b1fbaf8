import { expect, it } from 'vitest'
import type { Event } from '../schema/event/event.ts'
import { createCheckpoint, type Learner } from './checkpoint.ts'
import { recover } from './recovery.ts'

const eventOf = (number: number): Event => ({
  id: `0-${number}`,
  kind: 'event',
  time: number,
  timeGuessed: false,
  receivedAt: number,
  source: 'web',
  stream: 'web',
  message: '',
  original: '',
  fields: {},
})
const numbers = Array.from({ length: 10 }, (_, number) => number)

/** A learner that lists the events it has learnt. Its version is the first byte of its state. */
const createList = (name: string, version: number) => {
  let learnt: number[] = []
  return {
    name,
    learn: (events: readonly Event[]) => learnt.push(...events.map(({ time }) => time)),
    save: () => Uint8Array.from([version, ...learnt]),
    restore(state: Uint8Array) {
      learnt = [...state.slice(1)]
      // Fails late, with a part of the state taken over.
      if (state[0] !== version) throw new Error(`version ${state[0]}; ${version} was expected`)
    },
    get learnt() {
      return learnt
    },
  }
}

interface Restart {
  readonly limit: number
  readonly events?: readonly number[]
  /** Whether states and positions were saved. */
  readonly hasSaved?: boolean
}

/** Recovers two learners: `same` has a readable state of the events up to number 6, and `changed` was saved by another version. */
const restart = async ({ limit, events = numbers, hasSaved = true }: Restart) => {
  const [same, changed] = [createList('same', 1), createList('changed', 2)]
  const saved = [
    { name: 'same', state: [1, ...numbers.slice(0, 7)] },
    { name: 'changed', state: [1, ...numbers.slice(0, 7)] },
    { name: 'positions', state: Buffer.from('[[0,6]]') },
  ]
  const stored = new Map<string, Uint8Array>()
  const learners: readonly Learner[] = [same, changed]
  const warnings: object[] = []
  const log = { debug() {}, info() {}, warn: (facts: object) => void warnings.push(facts), error() {} }
  const checkpoint = createCheckpoint({
    ...{ learners, partition: 0, interval: 0, now: () => 0, log },
    models: {
      async save(models) {
        for (const { name, state } of models) stored.set(name, state)
      },
      async load(name) {
        const model = hasSaved && saved.find((one) => one.name === name)
        return model ? { name, partition: 0, position: 7, saved_at: 0, state: Uint8Array.from(model.state) } : undefined
      },
    },
  })
  await recover({
    events: {
      spans: async () => [{ partition: 0, first: events[0] ?? 0, last: events.at(-1) ?? 0 }],
      async *replay(_, after) {
        const later = events.filter((number) => number > after)
        for (let at = 0; at < later.length; at += 4) yield later.slice(at, at + 4).map(eventOf)
      },
    },
    ...{ covers: () => true, checkpoint, log, limit },
    learn(events) {
      same.learn(events)
      changed.learn(events)
    },
  })
  return { same, changed, checkpoint, stored, warnings }
}

it('teaches a learner whose state it cannot read the stored events again, and the others only what came later', async () => {
  const { same, changed } = await restart({ limit: 100 })
  expect(same.learnt).toEqual(numbers)
  expect(changed.learnt).toEqual(numbers)
})

it('teaches it the newest events where there are more than a start may replay', async () => {
  const { same, changed } = await restart({ limit: 3 })
  expect(same.learnt).toEqual(numbers)
  expect(changed.learnt).toEqual([4, 5, 6, 7, 8, 9])
})

it('saves what was learnt again, even if nothing came later', async () => {
  const covered = numbers.slice(0, 7)
  const { checkpoint, stored } = await restart({ limit: 100, events: covered })
  await checkpoint.save()
  expect(stored.get('changed')).toEqual(Uint8Array.from([2, ...covered]))
})

it('teaches the newest events where nothing was saved and there are more than a start may replay', async () => {
  const { same, changed, warnings } = await restart({ limit: 4, hasSaved: false })
  expect(same.learnt).toEqual([6, 7, 8, 9])
  expect(changed.learnt).toEqual([6, 7, 8, 9])
  expect(warnings).toEqual([{ replayed: 4, skipped: 6 }])
})

it('does not count events as skipped that retention removed', async () => {
  const { same, warnings } = await restart({ limit: 4, hasSaved: false, events: [6, 7, 8, 9] })
  expect(same.learnt).toEqual([6, 7, 8, 9])
  expect(warnings).toEqual([])
})
