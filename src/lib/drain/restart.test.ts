import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { createDrain, type Drain } from './drain.ts'

const maxTemplates = 800
const colours = 'red green blue white black grey pink brown amber teal'.split(' ')

/**
 * Lines with words that vary in several places, with free text, and with months at the end. Their words drift, so that old templates are
 * forgotten and others take their place.
 */
const createLines = (seed: number, count: number): string[] => {
  const { below } = createRandom(seed)
  const letters = (number: number): string =>
    number.toString(26).replace(/\d/g, (digit) => String.fromCharCode(113 + Number(digit)))
  return Array.from({ length: count }, (_, at) => {
    const drift = 20_000 + Math.floor(at / 2_000) * 40
    const word = (of: number): string => letters(drift + below(of))
    const words = (of: number, length: number): string => Array.from({ length }, () => word(of)).join(' ')
    const lamp = (): string => `the lamp of ${word(12)} ${word(8)} ${word(40)}ed ${colours[below(10)]} at night`
    const kinds = [
      () => words(60, 3),
      () => `cache ${word(900)}ed ${word(30)}`,
      () => `Failed password for ${word(3_000)} from 10.0.0.${below(250)} port ${below(9_999)}`,
      lamp,
      lamp,
      () => `the key of ${word(6)} was ${word(20)}ed ${word(6)} for ${word(90)} from us`,
      () => `${word(30)} is ${word(20)}ed ${word(6)} for ${word(30)} today`,
      () => `appeal ${below(99)} was ${word(100)}ed, reason: ${words(300, 1 + below(6))}`,
      () => `sync of ${word(20)} was ${word(30)}ed ${word(9)}: ${words(20, 1 + below(3))}`,
      () => `stage ${below(30)}:${word(2)} of ${word(9)} due in Mar `,
    ]
    return kinds[below(kinds.length)]?.() ?? ''
  })
}

const restored = (state: Uint8Array): Drain => {
  const drain = createDrain({ maxTemplates })
  drain.restore(state)
  return drain
}

describe('a restart', () => {
  it.each([1, 2, 3])('changes nothing in what is learnt later (seed %i)', (seed) => {
    const drain = createDrain({ maxTemplates })
    const others: Drain[] = []
    for (const [at, line] of createLines(seed, 8_000).entries()) {
      if (at % 1_000 === 700) others.push(restored(drain.save()))
      const { id, text } = drain.learn(line)
      for (const other of others) {
        const template = other.learn(line)
        if (template.id !== id || template.text !== text) expect(template, `line ${at}: ${line}`).toEqual({ id, text })
      }
    }
    const state = drain.save()
    // Several times as many as the table first has room for.
    expect(state.length).toBeGreaterThan(60_000)
    for (const other of others) expect(Buffer.compare(other.save(), state)).toBe(0)
  })

  it('changes nothing in the text of a template with half a surrogate pair', () => {
    const drain = createDrain()
    const line = 'the text is cut at \ud83d'
    expect(restored(drain.save()).learn(line)).toEqual(drain.learn(line))
    expect(restored(drain.save()).learn(line)).toEqual(drain.learn(line))
  })

  it('may find a state of a release that did not save the size of the table', () => {
    const drain = createDrain({ maxTemplates })
    const lines = createLines(4, 3_000)
    for (const line of lines) drain.learn(line)
    const again = restored(drain.save().subarray(0, -1))
    expect(again.templates()).toEqual(drain.templates())
    expect(lines.slice(-300).every((line) => again.learn(line).id === drain.learn(line).id)).toBe(true)
  })
})
