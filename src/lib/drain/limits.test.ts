import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { casesOf, runs } from '../../../test/depth.ts'
import { createDrain } from './drain.ts'

describe('limits', () => {
  it('stays bounded in many more lines than it remembers that never repeat', () => {
    const drain = createDrain({ maxTemplates: 300 })
    let seed = 1
    const letters = (): string => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return stock[seed >>> 22] ?? ''
    }
    const stock = Array.from({ length: 1_024 }, (_, i) =>
      String.fromCharCode(97 + (i >> 8), 97 + ((i >> 4) & 15), 97 + (i & 15), 120),
    )
    let most = 0
    for (let i = 0; i < runs(200_000); i++) {
      drain.learn(`${letters()} ${letters()} ${letters()}`)
      if (drain.size > most) most = drain.size
    }
    expect(most).toBeLessThanOrEqual(300)
    // Templates, the ids of those merged, and the signatures of 32,768 lines at most.
    expect(drain.save().length).toBeLessThan(500_000)
  })

  const pieces: readonly (readonly [string, string])[] = [
    ['nothing but a letter', 'x'],
    ['digits', '7'],
    ['quotes', '"'],
    ['quotes that are escaped', '\\"'],
    ['keys', 'k='],
    ['colons', 'abc:'],
    ['dots', '...a'],
    ['lists', 'a1,'],
    ['values in brackets', 'k=a('],
    ['brackets', '<(['],
    ['marks in the place of values', '**='],
    ['repetitions', 'a b1 a c '],
  ]
  it.each(casesOf(pieces, 3))('takes megabytes of %s as they come', (_name, piece) => {
    const text = piece.repeat(Math.ceil(runs(10_000_000) / piece.length))
    const started = cpuMs()
    const drain = createDrain()
    for (let at = 0; at < text.length; at += 1_000_000) drain.learn(text.slice(at, at + 1_000_000))
    for (let at = 0; at < 1_000_000; at += 4_096)
      drain.parameters(drain.learn(text.slice(at, at + 4_096)), text.slice(at, at + 4_096))
    const template = drain.learn(text)
    expect(drain.parameters(template, text).length).toBeLessThan(5_000)
    expect(cpuMs() - started).toBeLessThan(2_000)
  })
})
