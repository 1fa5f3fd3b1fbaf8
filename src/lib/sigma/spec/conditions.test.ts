import { describe, expect, test } from 'vitest'
import { engineOf, expectTruth, isTrueOf, type Json, ruleOf } from './case.fake.ts'

/** The condition, the letters that an event may have, each with whether the condition is true of it. */
type Case = readonly [reason: string, condition: string, yes: string, no: string]

const names = ['a', 'b', 'c', 'd']
const simple = names.map((name) => `${name}: { ${name}: 1 }`)

/** `ab` → { a: 1, b: 1 }; `-` is an event with nothing. */
const eventsOf = (words: string): readonly Json[] =>
  words.split(' ').flatMap((word) => {
    if (word === '') return []
    return [Object.fromEntries([...word].filter((letter) => letter !== '-').map((letter) => [letter, 1]))]
  })

// biome-ignore format: one line a case
const logic: readonly Case[] = [
  ['a name', 'a', 'a ab', '- b'],
  ['and', 'a and b', 'ab abc', 'a b -'],
  ['or', 'a or b', 'a b ab', 'c -'],
  ['not', 'not a', '- b', 'a ab'],
  ['three and', 'a and b and c', 'abc', 'ab ac bc'],
  ['three or', 'a or b or c', 'a b c', '- d'],
  ['and binds closer than or', 'a or b and c', 'a bc abc', 'b c'],
  ['also when it comes first', 'a and b or c', 'ab c', 'a b'],
  ['not binds closer than and', 'not a and b', 'b bc', 'ab a -'],
  ['not binds closer than or', 'not a or b', '- b ab', 'a'],
  ['parentheses', '(a or b) and c', 'ac bc', 'a b c ab'],
  ['not of parentheses', 'a and not (b or c)', 'a ad', 'ab ac abc -'],
  ['nested parentheses', '((a and (b or (c and d))))', 'ab acd', 'a ac ad cd'],
  ['parentheses without blanks', '(a)and(b)', 'ab', 'a b'],
  ['not directly before parentheses', 'a and not(b)', 'a', 'ab'],
  ['not not', 'not not a', 'a', '-'],
  ['not not not', 'not not not a', '-', 'a'],
  ['not (not)', 'not (not a)', 'a', '-'],
  ['or of and of not', 'a and not b or not c and d', 'a d ad ac', 'b c bc cd ab- abc'],
  ['blanks do not count', '  a   and\tb ', 'ab', 'a'],
  ['the same name twice', 'a and a', 'a', 'b'],
  ['a contradiction', 'a and not a', '', 'a - b'],
  ['upper case', 'a AND NOT b OR c', 'a c abc', 'ab -'],
]

// biome-ignore format: one line a case
const quantifiers: readonly Case[] = [
  ['1 of them', '1 of them', 'a b abcd', '-'],
  ['any of them', 'any of them', 'a d', '-'],
  ['all of them', 'all of them', 'abcd', 'abc -'],
  ['not 1 of them', 'not 1 of them', '-', 'a b'],
  ['not all of them', 'not all of them', 'abc -', 'abcd'],
  ['1 of a pattern of one', '1 of a*', 'a', 'b'],
  ['1 of a plain name', '1 of a', 'a', 'b'],
  ['1 of *', '1 of *', 'c', '-'],
  ['with others', 'a and 1 of b*', 'ab', 'a b'],
  ['with not', 'a and not 1 of b*', 'a', 'ab'],
  ['in parentheses', '(1 of a*) or (all of b*)', 'a b', 'c'],
  ['upper case', '1 OF THEM', 'a', '-'],
]

test.each(logic)('%s', (_, condition, yes, no) =>
  expectTruth([...simple, `condition: '${condition}'`].join('\n'), eventsOf(yes), eventsOf(no)),
)

test.each(quantifiers)('%s', (_, condition, yes, no) =>
  expectTruth([...simple, `condition: '${condition}'`].join('\n'), eventsOf(yes), eventsOf(no)),
)

/** Patterns and unusual names: which selections there are, a condition, events by the names of the selections that are true. */
// biome-ignore format: one line a case
const named: readonly (readonly [string, readonly string[], string, readonly string[][], readonly string[][]])[] = [
  ['a pattern with * at the end', ['sel_a', 'sel_b', 'other'], '1 of sel_*', [['sel_a'], ['sel_b']], [['other'], []]],
  ['all of a pattern', ['sel_a', 'sel_b', 'other'], 'all of sel_*', [['sel_a', 'sel_b']], [['sel_a'], ['other']]],
  ['a pattern with * in front', ['a_x', 'b_x', 'c_y'], 'all of *_x', [['a_x', 'b_x']], [['a_x'], ['c_y']]],
  ['a pattern with * within', ['f_a_x', 'f_b_x', 'f_c'], '1 of f_*_x', [['f_a_x']], [['f_c']]],
  ['a pattern with several *', ['xaybz', 'xab', 'q'], '1 of *a*b*', [['xaybz'], ['xab']], [['q']]],
  ['a pattern fits whole names', ['sel', 'presel', 'sel2'], '1 of sel*', [['sel'], ['sel2']], [['presel']]],
  ['names have a case in patterns', ['Sel_a', 'sel_b'], '1 of sel_*', [['sel_b']], [['Sel_a']]],
  ['them leaves out underscores', ['_a', 'b'], '1 of them', [['b']], [['_a']]],
  ['all of them leaves out underscores', ['_a', 'b', 'c'], 'all of them', [['b', 'c']], [['b'], ['_a']]],
  ['patterns leave out underscores', ['_a', 'ba', 'ca'], '1 of *a', [['ba']], [['_a']]],
  ['an underscore can be named', ['_a', 'b'], '_a and b', [['_a', 'b']], [['b']]],
  ['names that start with and', ['android', 'b'], 'android and b', [['android', 'b']], [['b']]],
  ['names that start with or', ['oracle', 'orange'], 'oracle or orange', [['orange']], [[]]],
  ['names that start with not', ['not_x', 'notepad'], 'not_x and not notepad', [['not_x']], [['notepad'], ['not_x', 'notepad'], []]],
  ['names that end with of', ['proof', 'b'], 'proof and not b', [['proof']], [['b']]],
  ['names that start with all and 1', ['all_x', '1st'], 'all_x and 1st', [['all_x', '1st']], [['all_x']]],
  ['a name that is a number', ['1', '2'], '1 and not 2', [['1']], [['2']]],
  ['a name with a hyphen', ['my-sel', 'b'], 'my-sel and b', [['my-sel', 'b']], [['b']]],
  ['a name with hyphens in a pattern', ['my-a', 'my-b'], '1 of my-*', [['my-a']], [[]]],
  ['a name of digits and underscores', ['sel_1_a'], 'sel_1_a', [['sel_1_a']], [[]]],
  ['names differ by case', ['Sel', 'sel'], 'Sel and not sel', [['Sel']], [['sel'], ['Sel', 'sel']]],
  ['a filter as SigmaHQ writes it', ['selection', 'filter_main_a', 'filter_main_b', 'filter_optional_x'], 'selection and not 1 of filter_main_* and not 1 of filter_optional_*', [['selection']], [['selection', 'filter_main_b'], ['selection', 'filter_optional_x']]],
  ['prototype names of selections', ['constructor', 'toString'], 'constructor and not toString', [['constructor']], [['toString'], []]],
  ['them as a name in a pattern', ['them_a', 'b'], '1 of them_*', [['them_a']], [['b']]],
]

test.each(named)('%s', (_, selections, condition, yes, no) => {
  const toEvent = (names: readonly string[]) => Object.fromEntries(names.map((name) => [`f-${name}`, 1]))
  const lines = selections.map((name) => `'${name}': { 'f-${name}': 1 }`)
  expectTruth([...lines, `condition: ${condition}`].join('\n'), yes.map(toEvent), no.map(toEvent))
})

describe('conditions of other forms', () => {
  test('a list of conditions is true when one of them is', () => {
    expectTruth('a: { a: 1 }\nb: { b: 1 }\ncondition: [a, b]', [{ a: 1 }, { b: 1 }], [{ c: 1 }])
  })

  test('a selection that is not used changes nothing', () => {
    expectTruth('a: { a: 1 }\nb: { b: 1 }\ncondition: a', [{ a: 1 }], [{ b: 1 }])
  })

  test('quantifiers count selections, not their items', () => {
    expectTruth('sel:\n  - a: 1\n  - b: 1\ncondition: all of sel*', [{ a: 1 }, { b: 1 }], [{}])
  })

  test('a condition over lines', () => {
    expectTruth('a: { a: 1 }\nb: { b: 1 }\ncondition: |\n  a and\n  not b', [{ a: 1 }], [{ a: 1, b: 1 }])
  })

  test('a filter on a field that is not there leaves the rule alone', () => {
    expectTruth(
      's: { a: 1 }\nf:\n  p|startswith: x\ncondition: s and not f',
      [{ a: 1 }, { a: 1, p: 'y' }],
      [{ a: 1, p: 'xy' }],
    )
  })

  test('not null: the field is there', () => {
    expectTruth('s: { a: 1 }\nf: { p: null }\ncondition: s and not f', [{ a: 1, p: '' }], [{ a: 1 }, { a: 1, p: null }])
  })

  test('a thousand selections', () => {
    const lines = Array.from({ length: 1000 }, (_, n) => `s${n}: { f${n}: 1 }`)
    const engine = engineOf(ruleOf([...lines, 'condition: 1 of s*'].join('\n')))
    expect([isTrueOf(engine, { f999: 1 }), isTrueOf(engine, { f1000: 1 })]).toEqual([true, false])
  })
})
