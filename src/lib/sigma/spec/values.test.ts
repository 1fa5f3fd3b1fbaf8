import { describe, expect, test } from 'vitest'
import { type Case, engineOf, expectSelection, isTrueOf, ruleOf } from './case.fake.ts'

const r = String.raw

/** Plain values: texts, numbers, null, lists, maps. */
// biome-ignore format: one line a case
const plain: readonly Case[] = [
  ['texts are equal as a whole', 'a: cat', [{ a: 'cat' }], [{ a: 'cats' }, { a: 'a cat' }, { a: '' }, {}, { b: 'cat' }]],
  ['case does not count', 'a: CaT', [{ a: 'cat' }, { a: 'CAT' }, { a: 'cAt' }], [{ a: 'car' }]],
  ['case does not count outside ASCII', 'a: ÄÖÜ', [{ a: 'äöü' }, { a: 'Äöü' }], [{ a: 'aou' }]],
  ['case does not count in Cyrillic', 'a: ПРИВЕТ', [{ a: 'привет' }], [{ a: 'приве' }]],
  ['case does not count in Greek, whichever sigma stands', 'a|contains: ΟΔΟΣ', [{ a: 'οδοσα' }, { a: 'ΟΔΟΣΑ' }, { a: 'ΟΔΟΣ' }], [{ a: 'οδο' }]],
  ['names of fields do have a case', 'Field: x', [{ Field: 'x' }], [{ field: 'x' }, { FIELD: 'x' }]],
  ['blanks count', "a: ' x '", [{ a: ' x ' }], [{ a: 'x' }, { a: 'x ' }]],
  ['a blank field name counts', "'my field': x", [{ 'my field': 'x' }], [{ my: 'x' }]],
  ['accents are letters of their own', 'a: é', [{ a: 'É' }], [{ a: 'e' }]],
  ['emoji are texts', 'a: 😀', [{ a: '😀' }], [{ a: '😁' }]],
  ['dots lead into nested fields', 'a.b.c: x', [{ a: { b: { c: 'x' } } }, { 'a.b.c': 'x' }], [{ a: { b: 'x' } }]],
  ['nested lists of maps give lists of values', 'a.b: x', [{ a: [{ b: 'y' }, { b: 'x' }] }], [{ a: [{ b: 'y' }] }]],
  ['of a list in the event any value may match', 'a: x', [{ a: ['y', 'x'] }, { a: ['X'] }], [{ a: ['y'] }, { a: [] }]],
  ['a number equals its text', 'n: 7', [{ n: 7 }, { n: '7' }], [{ n: 70 }, { n: '7x' }, { n: 'x7' }, {}]],
  ['a text of digits equals the number', "n: '7'", [{ n: 7 }, { n: '7' }], [{ n: 8 }]],
  ['zero is a number', 'n: 0', [{ n: 0 }, { n: '0' }], [{ n: '' }, { n: null }, {}, { n: false }]],
  ['negative numbers', 'n: -5', [{ n: -5 }, { n: '-5' }], [{ n: 5 }]],
  ['numbers with a point', 'n: 1.5', [{ n: 1.5 }, { n: '1.5' }], [{ n: 1 }, { n: 15 }]],
  ['a number with a leading zero is a text', 'mode: 0777', [{ mode: '0777' }], [{ mode: 777 }, { mode: 511 }, { mode: '777' }]],
  ['so modifiers of texts work on it', "cmd|contains: 0755", [{ cmd: 'chmod 0755 x' }], [{ cmd: 'chmod 755 x' }, { cmd: 'chmod 493 x' }]],
  ['also if its digits are not octal', "cmd|endswith: [089, 0o17]", [{ cmd: 'x089' }, { cmd: 'x0o17' }], [{ cmd: 'x89' }, { cmd: 'x15' }]],
  ['a fraction below one is a number', 'n: 0.5', [{ n: 0.5 }, { n: '0.5' }], [{ n: 5 }]],
  ['hexadecimal numbers in quotes are texts', "n: '0x40'", [{ n: '0x40' }, { n: '0X40' }], [{ n: 64 }]],
  ['large numbers', 'n: 4294967296', [{ n: 4294967296 }, { n: '4294967296' }], [{ n: 0 }]],
  ['true', 'f: true', [{ f: true }, { f: 'true' }, { f: 'True' }], [{ f: false }, { f: 1 }, {}]],
  ['false', 'f: false', [{ f: false }, { f: 'false' }], [{ f: true }, { f: null }, {}, { f: 0 }]],
  ["the text 'true'", "f: 'true'", [{ f: true }, { f: 'TRUE' }], [{ f: false }]],
  ['null: the field is not there, or null', 'a: null', [{}, { a: null }, { b: 1 }], [{ a: '' }, { a: 'x' }, { a: 0 }, { a: false }]],
  ['an empty YAML value is null', 'a:', [{}, { a: null }], [{ a: '' }]],
  ['~ is null', 'a: ~', [{}], [{ a: '~' }]],
  ["the text 'null' is a text", "a: 'null'", [{ a: 'null' }], [{}, { a: null }]],
  ['an empty text is there and empty', "a: ''", [{ a: '' }], [{}, { a: null }, { a: ' ' }]],
  ['an empty list of values is null', 'a: []', [{}, { a: null }], [{ a: 'x' }]],
  ['null beside others in a list', 'a: [x, null]', [{ a: 'x' }, {}, { a: null }], [{ a: 'y' }]],
  ['the empty text beside others in a list', "a: [x, '']", [{ a: 'x' }, { a: '' }], [{}, { a: 'y' }]],
  ['one of a list', 'a: [x, y]', [{ a: 'x' }, { a: 'Y' }], [{ a: 'z' }, { a: 'x,y' }]],
  ['numbers and texts in one list', "a: [1, '2', z]", [{ a: 1 }, { a: 2 }, { a: '1' }, { a: 'Z' }], [{ a: 3 }]],
  ['a list of one', 'a: [x]', [{ a: 'x' }], [{ a: 'y' }]],
  ['all keys of a map', 'a: x\nb: y', [{ a: 'x', b: 'y' }], [{ a: 'x' }, { b: 'y' }, { a: 'y', b: 'x' }]],
  ['lists in a map', 'a: [x, y]\nb: [1, 2]', [{ a: 'y', b: 1 }], [{ a: 'y', b: 3 }, { a: 'z', b: 1 }]],
  ['any map of a list', '- a: x\n- b: y', [{ a: 'x' }, { b: 'y' }], [{ a: 'y' }, {}]],
  ['maps of a list with several keys', '- a: x\n  b: y\n- c: z', [{ a: 'x', b: 'y' }, { c: 'z' }], [{ a: 'x' }, { b: 'y' }]],
  ['one field with two modifiers', 'a|startswith: x\na|endswith: y', [{ a: 'xay' }, { a: 'xy' }], [{ a: 'x' }, { a: 'yx' }]],
  ['null and a value in one map', 'a: x\nb: null', [{ a: 'x' }, { a: 'x', b: null }], [{ a: 'x', b: '' }]],
  ['prototype names are ordinary fields', 'constructor: x', [{ constructor: 'x' }], [{}, { constructor: 'y' }]],
  ['and are not there by themselves', 'toString: null', [{}], [{ toString: 'x' }]],
]

/** Wildcards and escapes, as written in single quotes in YAML. */
// biome-ignore format: one line a case
const wildcards: readonly Case[] = [
  ['* in front', "a: '*cat'", [{ a: 'cat' }, { a: 'bobcat' }], [{ a: 'cats' }]],
  ['* at the end', "a: 'cat*'", [{ a: 'cat' }, { a: 'cats' }], [{ a: 'bobcat' }]],
  ['* at both ends', "a: '*cat*'", [{ a: 'cat' }, { a: 'bobcats' }], [{ a: 'ca t' }]],
  ['* in the middle', "a: 'c*t'", [{ a: 'ct' }, { a: 'cat' }, { a: 'cut the coat' }], [{ a: 'cats' }, { a: 'a cat' }]],
  ['several *', "a: 'a*b*c'", [{ a: 'abc' }, { a: 'axxbyyc' }, { a: 'abcbc' }], [{ a: 'acb' }, { a: 'ab' }]],
  ['* keeps parts from overlapping', "a: 'ab*ba'", [{ a: 'abba' }, { a: 'abxba' }], [{ a: 'aba' }]],
  ['* alone: any value, the empty one too', "a: '*'", [{ a: 'x' }, { a: '' }, { a: 0 }], [{}, { a: null }]],
  ['** is *', "a: 'a**b'", [{ a: 'ab' }, { a: 'axb' }], [{ a: 'a' }]],
  ['? is one character', "a: 'c?t'", [{ a: 'cat' }, { a: 'c?t' }, { a: 'c t' }], [{ a: 'ct' }, { a: 'coat' }]],
  ['? in front', "a: '?at'", [{ a: 'cat' }], [{ a: 'at' }, { a: 'that' }]],
  ['? at the end', "a: 'ca?'", [{ a: 'cat' }], [{ a: 'ca' }, { a: 'cats' }]],
  ['?? is two characters', "a: 'a??'", [{ a: 'abc' }], [{ a: 'ab' }, { a: 'abcd' }]],
  ['only ?', "a: '??'", [{ a: 'ab' }], [{ a: 'a' }, { a: 'abc' }, { a: '' }]],
  ['? then *: at least one', "a: '?*'", [{ a: 'a' }, { a: 'abc' }], [{ a: '' }, {}]],
  ['* then ?', "a: '*?'", [{ a: 'a' }, { a: 'abc' }], [{ a: '' }]],
  ['* and ? mixed', "a: 'a?c*e'", [{ a: 'abce' }, { a: 'abcdde' }], [{ a: 'ace' }, { a: 'abcd' }]],
  ['? between stars', "a: 'a*?*b'", [{ a: 'axb' }, { a: 'axxb' }], [{ a: 'ab' }]],
  ['wildcards span lines', "a: 'a*b?c'", [{ a: 'a\n\nb\nc' }], [{ a: 'a\nbc' }]],
  ['wildcards leave the case alone', "a: 'C?T*X'", [{ a: 'cat-x' }], [{ a: 'cat-y' }]],
  ['wildcards beside letters outside ASCII', "a: 'Ü*ß?'", [{ a: 'üxß!' }], [{ a: 'üxss' }]],
  ['? is one character, not one unit of UTF-16', "a: 'a?b'", [{ a: 'a😀b' }, { a: 'aäb' }], [{ a: 'a😀😀b' }]],
  ['? before the end, of two units', "a: '*x?'", [{ a: 'aax😀' }], [{ a: '😀x' }, { a: 'x😀😀' }]],
  ['? in a middle part, of two units', "a: 'a*x?y*z'", [{ a: 'a-x😀y-z' }], [{ a: 'a-xy-z' }]],
  ['other signs of patterns are plain', "a: 'a.b+[c](d)^$|{2}'", [{ a: 'a.b+[c](d)^$|{2}' }], [{ a: 'axb+[c](d)^$|{2}' }]],
  ['wildcards in a list', "a: ['x*', '*y']", [{ a: 'xa' }, { a: 'ay' }], [{ a: 'ax' }]],
  ['wildcards match numbers', "n: '4*'", [{ n: 4688 }, { n: '42' }], [{ n: 14 }]],
  ['wildcards match any value of a list', "a: 'x*'", [{ a: ['q', 'xy'] }], [{ a: ['q', 'yx'] }]],
]

// biome-ignore format: one line a case
const escapes: readonly Case[] = [
  ['1 backslash before a letter is a backslash', r`a: 'C:\dir'`, [{ a: r`C:\dir` }], [{ a: 'C:dir' }, { a: r`C:\\dir` }]],
  ['2 backslashes before a letter are one', r`a: 'C:\\dir'`, [{ a: r`C:\dir` }], [{ a: r`C:\\dir` }]],
  ['3 backslashes before a letter are two', r`a: 'C:\\\dir'`, [{ a: r`C:\\dir` }], [{ a: r`C:\dir` }, { a: r`C:\\\dir` }]],
  ['4 backslashes before a letter are two', r`a: 'C:\\\\dir'`, [{ a: r`C:\\dir` }], [{ a: r`C:\dir` }]],
  ['5 backslashes before a letter are three', r`a: 'C:\\\\\dir'`, [{ a: r`C:\\\dir` }], [{ a: r`C:\\dir` }]],
  ['1 backslash before * makes it plain', r`a: 'x\*'`, [{ a: 'x*' }], [{ a: 'xy' }, { a: r`x\*` }, { a: r`x\y` }]],
  ['2 backslashes before *: a backslash, then any', r`a: 'x\\*'`, [{ a: r`x\y` }, { a: 'x\\' }, { a: r`x\*` }], [{ a: 'xy' }, { a: 'x*' }]],
  ['3 backslashes before *: a backslash, then a plain *', r`a: 'x\\\*'`, [{ a: r`x\*` }], [{ a: r`x\y` }, { a: 'x*' }]],
  ['4 backslashes before *: two, then any', r`a: 'x\\\\*'`, [{ a: r`x\\` }, { a: r`x\\y` }], [{ a: r`x\y` }]],
  ['1 backslash before ? makes it plain', r`a: 'x\?'`, [{ a: 'x?' }], [{ a: 'xy' }, { a: r`x\y` }]],
  ['2 backslashes before ?: a backslash, then one', r`a: 'x\\?'`, [{ a: r`x\y` }], [{ a: 'xy' }, { a: 'x\\' }]],
  ['3 backslashes before ?: a backslash, then a plain ?', r`a: 'x\\\?'`, [{ a: r`x\?` }], [{ a: r`x\y` }]],
  ['4 backslashes before ?: two, then one', r`a: 'x\\\\?'`, [{ a: r`x\\y` }], [{ a: r`x\y` }]],
  ['1 backslash at the end', r`a: 'x\'`, [{ a: 'x\\' }], [{ a: 'x' }]],
  ['2 backslashes at the end are one', r`a: 'x\\'`, [{ a: 'x\\' }], [{ a: r`x\\` }]],
  ['3 backslashes at the end are two', r`a: 'x\\\'`, [{ a: r`x\\` }], [{ a: 'x\\' }]],
  ['a backslash in front', r`a: '\x'`, [{ a: r`\x` }], [{ a: 'x' }]],
  ['a share', r`a: '\\\\host\\share'`, [{ a: r`\\host\share` }], [{ a: r`\host\share` }]],
  ['a share, more simply', r`a: '\\\host\share'`, [{ a: r`\\host\share` }], [{ a: r`\host\share` }]],
  ['plain * between any', r`a: '*\**'`, [{ a: '*' }, { a: 'a*b' }], [{ a: 'ab' }]],
  ['plain ? and one', r`a: '\??'`, [{ a: '?x' }, { a: '??' }], [{ a: 'xx' }, { a: '?' }]],
  ['a backslash before a quote', r`a: 'x\"'`, [{ a: r`x\"` }], [{ a: 'x"' }]],
  ['YAML takes its own escapes away first', r`a: "x\\*"`, [{ a: 'x*' }], [{ a: 'xy' }]],
  ['and so 4 in double quotes are 2', r`a: "x\\\\*"`, [{ a: r`x\y` }], [{ a: 'x*' }]],
  ['YAML escapes of characters', r`a: "x\ty\u00e4"`, [{ a: 'x\tyÄ' }], [{ a: r`x\ty` }]],
  ['plain YAML is as single quotes', r`a: C:\*\x`, [{ a: r`C:*\x` }], [{ a: r`C:\a\x` }]],
]

/** Keywords are looked for in all values and in the event's text. */
// biome-ignore format: one line a case
const keywords: readonly Case[] = [
  ['a keyword stands somewhere in a value', '- evil', [{ a: 'so Evil!' }, { b: { c: 'evil' } }], [{ a: 'good' }, {}]],
  ['one of several keywords', '- evil\n- bad', [{ a: 'bad' }, { z: 'EVIL' }], [{ a: 'ev il' }]],
  ['names of fields are no values', '- evil', [], [{ evil: 'x' }]],
  ['numbers as keywords', '- 4625', [{ n: 4625 }, { t: 'id=4625;' }], [{ n: 46 }]],
  ['wildcards within a keyword', "- 'ev*l'", [{ a: 'an eviil one' }, { a: 'evl' }], [{ a: 'ev' }]],
  ['wildcards at the ends of a keyword change nothing', "- '*evil*'", [{ a: 'an evil one' }], [{ a: 'e' }]],
  ['? within a keyword', "- 'e?il'", [{ a: 'an evil one' }], [{ a: 'eil' }]],
  ['escaped wildcards in keywords', r`- 'e\*l'`, [{ a: 'an e*l' }], [{ a: 'evil' }]],
  ['a single keyword without a list', 'evil', [{ a: 'evil' }], [{ a: 'good' }]],
  ['all of the keywords', "'|all':\n  - x1\n  - y2", [{ a: 'x1 y2' }, { a: 'y2 and x1' }], [{ a: 'x1' }, { a: 'y2' }]],
  ['all of the keywords in different values', "'|all':\n  - x1\n  - y2", [{ a: 'x1', b: 'y2' }], [{ a: 'x1', b: 'y' }]],
  ['keywords with a modifier', "'|cased':\n  - Evil", [{ a: 'Evil' }], [{ a: 'evil' }]],
  ['keywords as expressions', "'|re':\n  - 'e[vw]il$'", [{ a: 'so ewil' }], [{ a: 'evil one' }, { a: 'EVIL' }]],
  ['keywords and maps in one list', '- evil\n- a: x', [{ b: 'evil' }, { a: 'x' }], [{ b: 'x' }]],
  ['keywords in lists of the event', '- evil', [{ a: ['x', 'the evil'] }, { a: [{ b: 'evil' }] }], [{ a: ['x'] }]],
  ['keywords outside ASCII', '- ÜBEL', [{ a: 'ein übel' }], [{ a: 'ubel' }]],
]

describe.each([
  ['plain values', plain],
  ['wildcards', wildcards],
  ['escapes', escapes],
  ['keywords', keywords],
])('%s', (_, cases) => {
  test.each(cases)('%s', (...row) => expectSelection(row))
})

test('keywords are looked for in the text of the event too', () => {
  const engine = engineOf(ruleOf('words: [evil]\ncondition: words'))
  const event = { id: '1', time: 0, fields: { a: 'x' }, logsource: { category: 'conformance' } }
  expect(engine.match({ ...event, text: 'an Evil line' })).toHaveLength(1)
  expect(engine.match({ ...event, text: 'a good line' })).toHaveLength(0)
  expect(engine.match(event)).toHaveLength(0)
})

test.each([
  ['equal in all three', { category: 'c', product: 'p', service: 's' }, true],
  ['with a service that the rule does not ask for', { category: 'c', product: 'p', service: 'other' }, true],
  ['without the product that the rule asks for', { category: 'c' }, false],
  ['of another product', { category: 'c', product: 'q' }, false],
  ['of nothing', {}, false],
])('a rule of a category and a product is tried on an event %s', (_, logsource, want) => {
  const engine = engineOf('title: T\nlogsource: { category: c, product: p }\ndetection: { s: { a: x }, condition: s }')
  expect(engine.match({ id: '1', time: 0, fields: { a: 'x' }, logsource }).length > 0).toBe(want)
})

test('the helpers find nothing in another log source', () => {
  expect(
    isTrueOf(engineOf('title: T\nlogsource: { category: other }\ndetection: { s: { a: x }, condition: s }'), {
      a: 'x',
    }),
  ).toBe(false)
})
