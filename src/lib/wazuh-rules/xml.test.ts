import { expect, test } from 'vitest'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { deepest, longest, readXml } from './xml.ts'

const textIn = (xml: string): string | undefined => {
  const read = readXml(xml)
  return 'elements' in read ? read.elements[0]?.text : undefined
}

test.each([
  ['<match>a & b</match>', 'a & b'],
  ['<match>a &amp; &foo; &#65;</match>', 'a &amp; &foo; &#65;'],
  ['<match>\\<script></match>', '\\<script>'],
  ['<match>C:\\\\</match>', 'C:\\\\'],
  ['<match>a<!-- b -- c -->d</match>', 'ad'],
  ['<match><![CDATA[a<b & c]]></match>', 'a<b & c'],
  ['<match>[[a]]>b</match>', '[[a]]>b'],
  ['<!--- a & < ---><match>a</match>', 'a'],
  ['<match>\\<!-- a</match>', '\\<!-- a'],
  ['<?xml version="1.0"?>\r\n<match>a</match>', 'a'],
  ['﻿<Match>a</Match>', 'a'],
  ['<match noalert>a</match>', 'a'],
])('Wazuh reads %s as %s', (xml, text) => {
  expect(textIn(xml)).toBe(text)
})

test('several roots, attributes, lines', () => {
  const read = readXml('<var name="A">x</var><!-- a -->\n<group\n  NAME="a,b">\n<rule/></group>')
  expect(read).toMatchObject({
    elements: [
      { name: 'var', line: 1 },
      { name: 'group', line: 2, children: [{ name: 'rule', line: 4 }] },
    ],
  })
  expect('elements' in read && read.elements[1]?.attributes.get('name')).toBe('a,b')
})

const bomb = `<!DOCTYPE a [${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('')}]>`

test.each([
  ['a bomb of entities', `${bomb}<group>&a9;</group>`, 'xml-doctype'],
  ['a document type within', `<group>${bomb}</group>`, 'xml-doctype'],
  ['10,000 elements in each other', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`, 'xml-too-deep'],
  ['10,000 elements that are never closed', '<a>'.repeat(10_000), 'xml-too-deep'],
  ['too much', ' '.repeat(longest + 1), 'xml-too-large'],
  ['an element that is not closed', '<group><rule></group>', 'xml-syntax'],
  ['a comment that is not closed', '<group/><!-- a', 'xml-syntax'],
  ['a million comments that are not closed', '<!--'.repeat(1_000_000), 'xml-syntax'],
  ['the end within a tag', '<group><rule id="1', 'xml-syntax'],
  ['a backslash before a closing tag', '<match>a\\</match>', 'xml-syntax'],
  ['a character that XML does not have', '<a>\u0000</a>', 'xml-syntax'],
])('%s is refused', (_, xml, code) => {
  const started = cpuMs()
  expect(readXml(xml)).toMatchObject({ fault: { code, line: 1 } })
  expect(cpuMs() - started).toBeLessThan(1000)
})

test(`${deepest} deep is not too deep`, () => {
  expect(readXml(`${'<a>'.repeat(deepest)}${'</a>'.repeat(deepest)}`)).toHaveProperty('elements')
})
