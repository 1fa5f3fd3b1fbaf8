import { describe, expect, test } from 'vitest'
import { createEngine, readDocuments } from '../sigma.ts'
import { type Case, engineOf, expectSelection, isTrueOf, type Placeholders, ruleOf } from './case.fake.ts'

const r = String.raw
const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64')
const be = (text: string) => Buffer.from(text, 'utf16le').swap16().toString('base64')

// biome-ignore format: one line a case
const texts: readonly Case[] = [
  ['contains', 'a|contains: cat', [{ a: 'cat' }, { a: 'bobCATs' }], [{ a: 'ca' }, { a: 'ct' }, {}]],
  ['contains, one of a list', 'a|contains: [cat, dog]', [{ a: 'hotdogs' }, { a: 'cats' }], [{ a: 'cow' }]],
  ['contains, all of a list, in any order', 'a|contains|all: [cat, dog]', [{ a: 'dog cat' }, { a: 'catdog' }], [{ a: 'cat' }, { a: 'dog' }]],
  ['all before contains', 'a|all|contains: [cat, dog]', [{ a: 'dog cat' }], [{ a: 'cat' }]],
  ['contains, with wildcards inside', "a|contains: 'c*t?x'", [{ a: '-ct.x-' }, { a: 'cart-x' }], [{ a: 'ctx' }]],
  ['contains, with wildcards at the ends', "a|contains: '*cat*'", [{ a: 'bobcats' }], [{ a: 'c' }]],
  ['contains, with an escaped wildcard at the end', r`a|contains: 'cat\*'`, [{ a: 'a cat* b' }], [{ a: 'a cats b' }]],
  ['contains, with a backslash at the end', r`a|contains: 'dir\'`, [{ a: r`C:\dir\x` }], [{ a: 'C:/dir/x' }]],
  ['contains, with two backslashes at the end', r`a|contains: 'dir\\'`, [{ a: r`C:\dir\x` }], [{ a: 'dirx' }]],
  ['contains the empty text: anything that is there', "a|contains: ''", [{ a: 'x' }, { a: '' }], [{}, { a: null }]],
  ['contains in a list of the event', 'a|contains: dm', [{ a: ['x', 'Admin'] }], [{ a: ['a', 'b'] }]],
  ['contains all, in one value of a list or in several', 'a|contains|all: [x, y]', [{ a: ['xy'] }, { a: ['x', 'y'] }], [{ a: ['x'] }]],
  ['contains in a number', "n|contains: '68'", [{ n: 4688 }], [{ n: 4788 }]],
  ['startswith', 'a|startswith: cat', [{ a: 'Cats' }, { a: 'cat' }], [{ a: 'bobcat' }, { a: 'ca' }]],
  ['startswith, one of a list', 'a|startswith: [x, y]', [{ a: 'yes' }, { a: 'xo' }], [{ a: 'ox' }]],
  ['startswith, with a wildcard', "a|startswith: 'c?t'", [{ a: 'cuts' }], [{ a: 'a cut' }, { a: 'ct' }]],
  ['startswith, with * inside', "a|startswith: 'c*t'", [{ a: 'coats' }], [{ a: 'a coat' }]],
  ['endswith', 'a|endswith: cat', [{ a: 'bobCat' }, { a: 'cat' }], [{ a: 'cats' }]],
  ['endswith a backslash and a name', r`a|endswith: '\cmd.exe'`, [{ a: r`C:\x\CMD.EXE` }], [{ a: 'cmd.exe' }, { a: r`C:\acmd.exe` }]],
  ['endswith, with a wildcard', "a|endswith: 'c?t'", [{ a: 'a cut' }], [{ a: 'cuts' }]],
  ['endswith, one of a list', 'a|endswith: [.exe, .dll]', [{ a: 'a.DLL' }], [{ a: 'exe' }, { a: 'a.exe ' }]],
  ['startswith and all', 'a|startswith|all: [c, ca]', [{ a: 'cat' }], [{ a: 'cut' }]],
  ['cased', 'a|cased: Cat', [{ a: 'Cat' }], [{ a: 'cat' }, { a: 'CAT' }, { a: 'Cats' }]],
  ['cased and contains', 'a|cased|contains: Cat', [{ a: 'a Cat!' }], [{ a: 'a cat!' }]],
  ['contains and cased', 'a|contains|cased: Cat', [{ a: 'a Cat!' }], [{ a: 'a cat!' }]],
  ['startswith and cased', 'a|startswith|cased: Ca', [{ a: 'Cat' }], [{ a: 'cat' }, { a: 'a Ca' }]],
  ['endswith and cased', 'a|endswith|cased: aT', [{ a: 'caT' }], [{ a: 'cat' }]],
  ['cased, with wildcards', "a|cased: 'C?T*'", [{ a: 'CaTs' }], [{ a: 'cats' }, { a: 'CaSts' }]],
  ['cased, outside ASCII', 'a|cased|contains: Ä', [{ a: 'xÄx' }], [{ a: 'xäx' }]],
  ['cased, in Greek', 'a|cased|contains: ΟΔΟΣ', [{ a: 'ΟΔΟΣΑ' }], [{ a: 'οδοσα' }]],
  ['cased, all of a list', 'a|contains|cased|all: [A, b]', [{ a: 'Ab' }], [{ a: 'ab' }, { a: 'AB' }]],
]

// biome-ignore format: one line a case
const negations: readonly Case[] = [
  ['neq: another text', 'a|neq: x', [{ a: 'y' }, { a: '' }], [{ a: 'x' }, { a: 'X' }]],
  ['neq: another number', 'n|neq: 5', [{ n: 6 }, { n: '6' }], [{ n: 5 }, { n: '5' }]],
  ['neq: none of a list', 'a|neq: [x, y]', [{ a: 'z' }], [{ a: 'x' }, { a: 'y' }]],
  ['neq and contains', 'a|contains|neq: x', [{ a: 'abc' }], [{ a: 'axc' }]],
  ['neq and startswith', 'a|neq|startswith: x', [{ a: 'ax' }], [{ a: 'xa' }]],
  ['neq and wildcards', "a|neq: 'x*'", [{ a: 'ax' }], [{ a: 'xa' }]],
  ['neq and re', "a|re|neq: '^x'", [{ a: 'ax' }], [{ a: 'xa' }]],
  ['neq and cased', 'a|cased|neq: X', [{ a: 'x' }], [{ a: 'X' }]],
  ['neq beside another field', 'a|neq: x\nb: y', [{ a: 'z', b: 'y' }], [{ a: 'x', b: 'y' }, { a: 'z' }]],
  ['neq and cidr', 'ip|cidr|neq: 10.0.0.0/8', [{ ip: '11.0.0.1' }], [{ ip: '10.0.0.1' }]],
]

// biome-ignore format: one line a case
const expressions: readonly Case[] = [
  ['re is looked for anywhere', "a|re: 'c[ao]t'", [{ a: 'a cot!' }], [{ a: 'cut' }]],
  ['re has a case', "a|re: 'cat'", [{ a: 'cat' }], [{ a: 'Cat' }]],
  ['re with anchors', "a|re: '^cat$'", [{ a: 'cat' }], [{ a: 'cats' }, { a: 'a\ncat' }]],
  ['re|i', "a|re|i: 'c[ao]t'", [{ a: 'COT' }], [{ a: 'cut' }]],
  ['re|i outside ASCII', "a|re|i: 'ä'", [{ a: 'Ä' }], [{ a: 'a' }]],
  ['re|m: anchors at lines', "a|re|m: '^cat$'", [{ a: 'a\ncat\nb' }], [{ a: 'a cat' }]],
  ['re|s: a dot is a line end too', "a|re|s: 'a.b'", [{ a: 'a\nb' }], [{ a: 'ab' }]],
  ['re without s', "a|re: 'a.b'", [{ a: 'a-b' }], [{ a: 'a\nb' }]],
  ['re|i|m|s together', "a|re|i|m|s: '^CAT.dog$'", [{ a: 'x\ncat\nDOG\ny' }], [{ a: 'x cat\ndog' }]],
  ['flags in another order', "a|re|s|i: 'A.B'", [{ a: 'a\nb' }], [{ a: 'ab' }]],
  ['backslashes in re are its own', r`a|re: '\\cmd\.exe$'`, [{ a: r`C:\cmd.exe` }], [{ a: r`C:\cmdxexe` }]],
  ['* and ? in re are its own', "a|re: '^ab*c?$'", [{ a: 'a' }, { a: 'abbb' }, { a: 'ac' }], [{ a: 'ax' }]],
  ['quantifiers', "a|re: '^[0-9]{2,3}$'", [{ a: '12' }, { a: 123 }], [{ a: '1' }, { a: '1234' }]],
  ['alternatives', "a|re: '^(x|yy)$'", [{ a: 'x' }, { a: 'yy' }], [{ a: 'y' }]],
  ['alternatives without parentheses', "a|re: '^x|y$'", [{ a: 'xz' }, { a: 'zy' }], [{ a: 'zxz' }]],
  ['classes', r`a|re: '^\d+\s\w+$'`, [{ a: '12 ab' }], [{ a: 'ab 12 -' }]],
  ['negated classes', "a|re: '^[^a-z]+$'", [{ a: 'ABC1' }], [{ a: 'abc' }]],
  ['one of a list', "a|re: ['^x', 'y$']", [{ a: 'xa' }, { a: 'ay' }], [{ a: 'ax' }]],
  ['all of a list', "a|re|all: ['^x', 'y$']", [{ a: 'xy' }], [{ a: 'xa' }, { a: 'ay' }]],
  ['all of a list with a flag', "a|re|i|all: ['^x', 'y$']", [{ a: 'X-Y' }], [{ a: 'xa' }]],
  ['lazy quantifiers', "a|re: '^a.*?b$'", [{ a: 'axxb' }], [{ a: 'axx' }]],
  ['flags in the expression itself', "a|re: '(?i)cat'", [{ a: 'CAT' }], [{ a: 'cut' }]],
  ['re in any value of a list', "a|re: '^x$'", [{ a: ['y', 'x'] }], [{ a: ['y'] }]],
  ['an empty match needs the field', "a|re: '.*'", [{ a: '' }, { a: 'x' }], [{}, { a: null }]],
  ['re|contains changes nothing', "a|re|contains: 'c.t'", [{ a: 'a cat' }], [{ a: 'ct' }]],
  ['re|startswith ties the start', "a|re|startswith: 'c.t'", [{ a: 'cats' }], [{ a: 'ct' }]],
]

// biome-ignore format: one line a case
const numbers: readonly Case[] = [
  ['lt', 'n|lt: 10', [{ n: 9 }, { n: '9.9' }, { n: -1 }], [{ n: 10 }, { n: '11' }, {}]],
  ['lte', 'n|lte: 10', [{ n: 10 }, { n: '10' }], [{ n: 11 }]],
  ['gt', 'n|gt: 10', [{ n: 11 }, { n: '100' }], [{ n: 10 }, { n: '9' }]],
  ['gte', 'n|gte: 10', [{ n: 10 }, { n: 10.5 }], [{ n: 9 }]],
  ['with a point', 'n|gt: 1.5', [{ n: 1.6 }, { n: '2' }], [{ n: 1.5 }, { n: 1 }]],
  ['below zero', 'n|lt: -5', [{ n: -6 }], [{ n: -5 }, { n: 0 }]],
  ['a text that is no number compares to nothing', 'n|lt: 10', [], [{ n: 'abc' }, { n: '' }, { n: null }, { n: true }]],
  ['nor with gt', 'n|gt: -10', [], [{ n: 'abc' }, { n: '' }, { n: null }, {}]],
  ['a range of two keys', 'n|gte: 5\nn|lt: 7', [{ n: 5 }, { n: 6 }], [{ n: 4 }, { n: 7 }]],
  ['any of a list', 'n|gt: [5, 10]', [{ n: 6 }], [{ n: 5 }]],
  ['all of a list', 'n|gt|all: [5, 10]', [{ n: 11 }], [{ n: 6 }]],
  ['in a list of the event', 'n|gt: 10', [{ n: [1, 11] }], [{ n: [1, 2] }]],
  ['zero', 'n|gt: 0', [{ n: 1 }], [{ n: 0 }, {}]],
]

// biome-ignore format: one line a case
const addresses: readonly Case[] = [
  ['a network of IPv4', 'ip|cidr: 192.168.0.0/16', [{ ip: '192.168.0.0' }, { ip: '192.168.255.255' }], [{ ip: '192.169.0.0' }, { ip: '192.167.255.255' }]],
  ['not on a byte', 'ip|cidr: 172.16.0.0/12', [{ ip: '172.16.0.1' }, { ip: '172.31.255.254' }], [{ ip: '172.32.0.1' }, { ip: '172.15.0.1' }]],
  ['one address', 'ip|cidr: 10.1.2.3/32', [{ ip: '10.1.2.3' }], [{ ip: '10.1.2.4' }]],
  ['all addresses', 'ip|cidr: 0.0.0.0/0', [{ ip: '1.2.3.4' }], [{ ip: 'x' }, {}, { ip: '' }]],
  ['a list', 'ip|cidr: [10.0.0.0/8, 127.0.0.0/8]', [{ ip: '127.0.0.1' }, { ip: '10.9.9.9' }], [{ ip: '11.0.0.1' }]],
  ['a network of IPv6', 'ip|cidr: 2001:db8::/32', [{ ip: '2001:db8::1' }, { ip: '2001:0DB8:ffff::' }], [{ ip: '2001:db9::1' }]],
  ['not on a word', 'ip|cidr: fc00::/7', [{ ip: 'fd12:3456::1' }, { ip: 'fc00::' }], [{ ip: 'fe00::1' }]],
  ['the loopback of IPv6', 'ip|cidr: ::1/128', [{ ip: '::1' }, { ip: '0:0:0:0:0:0:0:1' }], [{ ip: '::2' }]],
  ['IPv4 within IPv6 counts as IPv4', 'ip|cidr: 10.0.0.0/8', [{ ip: '::ffff:10.1.1.1' }], [{ ip: '::ffff:11.1.1.1' }]],
  ['IPv4 is in no network of IPv6', 'ip|cidr: 2001:db8::/32', [], [{ ip: '10.0.0.1' }]],
  ['IPv6 is in no network of IPv4', 'ip|cidr: 0.0.0.0/0', [], [{ ip: '2001:db8::1' }]],
  ['what is no address lies nowhere', 'ip|cidr: 10.0.0.0/8', [], [{ ip: '10.0.0' }, { ip: '10.0.0.1.2' }, { ip: '10.0.0.256' }, { ip: 'host' }, { ip: 10 }]],
  ['addresses with a zone', 'ip|cidr: fe80::/10', [{ ip: 'fe80::1' }], [{ ip: 'zz80::1%eth0' }]],
  ['in a list of the event', 'ip|cidr: 10.0.0.0/8', [{ ip: ['fe80::1', '10.0.0.1'] }], [{ ip: ['fe80::1'] }]],
  ['an address without a length is itself', 'ip|cidr: 10.1.2.3', [{ ip: '10.1.2.3' }], [{ ip: '10.1.2.4' }]],
]

// biome-ignore format: one line a case
const references: readonly Case[] = [
  ['fieldref: the same text', 'a|fieldref: b', [{ a: 'x', b: 'x' }, { a: 'X', b: 'x' }], [{ a: 'x', b: 'y' }]],
  ['numbers and texts', 'a|fieldref: b', [{ a: 5, b: '5' }], [{ a: 5, b: 6 }]],
  ['what is not there equals nothing', 'a|fieldref: b', [], [{ a: 'x' }, { b: 'x' }, {}, { a: null, b: null }]],
  ['contains', 'a|fieldref|contains: b', [{ a: 'the cat sat', b: 'CAT' }], [{ a: 'the cat sat', b: 'dog' }, { a: 'x' }]],
  ['startswith', 'a|fieldref|startswith: b', [{ a: 'cats', b: 'cat' }], [{ a: 'a cat', b: 'cat' }]],
  ['endswith', 'a|fieldref|endswith: b', [{ a: 'bobcat', b: 'cat' }], [{ a: 'cats', b: 'cat' }]],
  ['neq', 'a|fieldref|neq: b', [{ a: 'x', b: 'y' }], [{ a: 'x', b: 'x' }, { a: 'x', b: 'X' }]],
  ['neq before fieldref', 'a|neq|fieldref: b', [{ a: 'x', b: 'y' }], [{ a: 'x', b: 'x' }]],
  ['one of several', 'a|fieldref: [b, c]', [{ a: 'x', b: 'y', c: 'x' }], [{ a: 'x', b: 'y', c: 'z' }]],
  ['all of several', 'a|fieldref|all: [b, c]', [{ a: 'x', b: 'x', c: 'x' }], [{ a: 'x', b: 'x', c: 'y' }]],
  ['nested fields', 'a.b|fieldref: c.d', [{ a: { b: 'x' }, c: { d: 'x' } }], [{ a: { b: 'x' }, c: { d: 'y' } }]],
  ['lists: any pair', 'a|fieldref: b', [{ a: ['x', 'y'], b: ['y', 'z'] }], [{ a: ['x'], b: ['y'] }]],
]

// biome-ignore format: one line a case
const existence: readonly Case[] = [
  ['exists: true', 'a|exists: true', [{ a: 'x' }, { a: '' }, { a: null }, { a: 0 }, { a: false }], [{}, { b: 1 }]],
  ['exists: false', 'a|exists: false', [{}, { b: 1 }], [{ a: 'x' }, { a: null }, { a: '' }]],
  ['beside a value', 'a: x\nb|exists: false', [{ a: 'x' }], [{ a: 'x', b: 1 }, {}]],
  ['of a nested field', 'a.b|exists: true', [{ a: { b: 1 } }], [{ a: { c: 1 } }]],
]

// biome-ignore format: one line a case
const times: readonly Case[] = [
  ['minute', 't|minute: 5', [{ t: '2026-03-01T10:05:59Z' }, { t: '2026-03-01 10:05:00' }], [{ t: '2026-03-01T05:06:00Z' }]],
  ['hour', 't|hour: 10', [{ t: '2026-03-01T10:05:59Z' }], [{ t: '2026-03-01T11:10:00Z' }, {}, { t: 'x' }]],
  ['hour at midnight', 't|hour: 0', [{ t: '2026-03-01T00:30:00Z' }], [{ t: '2026-03-01T12:00:00Z' }]],
  ['day', 't|day: 31', [{ t: '2026-01-31T23:59:59Z' }], [{ t: '2026-01-30T23:59:59Z' }]],
  ['month', 't|month: 12', [{ t: '2026-12-01' }], [{ t: '2026-11-30' }]],
  ['year', 't|year: 2026', [{ t: '2026-01-01T00:00:00.000Z' }], [{ t: '2025-12-31T23:59:59.999Z' }]],
  ['week', 't|week: 10', [{ t: '2026-03-04T00:00:00Z' }], [{ t: '2026-02-25T00:00:00Z' }]],
  ['the zone is not turned into another', 't|hour: 23', [{ t: '2026-03-01T23:00:00+05:00' }], [{ t: '2026-03-01T18:00:00Z' }]],
  ['one of a list', 't|hour: [1, 2]', [{ t: '2026-03-01T02:00:00Z' }], [{ t: '2026-03-01T03:00:00Z' }]],
  ['with a comparison', 't|hour|gte: 20', [{ t: '2026-03-01T21:00:00Z' }], [{ t: '2026-03-01T19:00:00Z' }]],
]

// biome-ignore format: one line a case
const encodings: readonly Case[] = [
  ['base64 as a whole', 'a|base64: foobar', [{ a: base64('foobar') }], [{ a: 'foobar' }, { a: `x${base64('foobar')}` }]],
  ['base64 and contains', 'a|base64|contains: foobar', [{ a: `-e ${base64('foobar')} x` }], [{ a: base64('fooba') }]],
  ['base64 with padding', 'a|base64: foob', [{ a: 'Zm9vYg==' }], [{ a: 'Zm9vYg' }]],
  ['base64 of letters outside ASCII', 'a|base64: ä', [{ a: base64('ä') }], [{ a: base64('ä', 'latin1') }]],
  ['base64 of a plain *', r`a|base64: 'a\*'`, [{ a: base64('a*') }], [{ a: base64(r`a\*`) }]],
  ['base64 of backslashes', r`a|base64: 'a\\b\c'`, [{ a: base64(r`a\b\c`) }], [{ a: base64(r`a\\b\c`) }]],
  ['base64 of a list', 'a|base64: [foo, bar]', [{ a: base64('bar') }], [{ a: base64('baz') }]],
  ['offset 0', 'a|base64offset|contains: foobar', [{ a: base64('foobar') }, { a: base64('foobar and more') }], [{ a: base64('fooba') }]],
  ['offset 1', 'a|base64offset|contains: foobar', [{ a: base64('xfoobar') }, { a: base64('xfoobar..') }], [{ a: base64('xfooxar') }]],
  ['offset 2', 'a|base64offset|contains: foobar', [{ a: base64('xxfoobar') }, { a: base64('xxfoobar.') }], [{ a: base64('xxfobar') }]],
  ['any offset', 'a|base64offset|contains: secret', Array.from({ length: 9 }, (_, n) => ({ a: base64(`${'-'.repeat(n)}secret${'+'.repeat(n)}`) })), [{ a: base64('sekret') }]],
  ['offsets of 4 bytes', 'a|base64offset|contains: abcd', Array.from({ length: 6 }, (_, n) => ({ a: base64(`${'-'.repeat(n)}abcd+`) })), []],
  ['offsets of 5 bytes', 'a|base64offset|contains: abcde', Array.from({ length: 6 }, (_, n) => ({ a: base64(`${'-'.repeat(n)}abcde+`) })), []],
  ['offsets outside ASCII count bytes', 'a|base64offset|contains: grün', Array.from({ length: 6 }, (_, n) => ({ a: base64(`${'-'.repeat(n)}grün+`) })), []],
  ['offset and all', 'a|base64offset|contains|all: [secret, hidden]', [{ a: base64('a secret is hidden here') }], [{ a: base64('a secret') }]],
  ['offset and a list', 'a|base64offset|contains: [secret, hidden]', [{ a: base64('is hidden') }], [{ a: base64('none') }]],
  ['utf16le and base64', 'a|utf16le|base64: cmd', [{ a: base64('cmd', 'utf16le') }], [{ a: base64('cmd') }]],
  ['wide is utf16le', 'a|wide|base64: cmd', [{ a: base64('cmd', 'utf16le') }], [{ a: be('cmd') }]],
  ['utf16be and base64', 'a|utf16be|base64: cmd', [{ a: be('cmd') }], [{ a: base64('cmd', 'utf16le') }]],
  ['utf16 has a mark in front', 'a|utf16|base64: cmd', [{ a: base64('\ufeffcmd', 'utf16le') }], [{ a: base64('cmd', 'utf16le') }]],
  ['wide and offset', 'a|wide|base64offset|contains: IEX', Array.from({ length: 6 }, (_, n) => ({ a: base64(`${'-'.repeat(n)}IEX (x)`, 'utf16le') })), [{ a: base64('IEX (x)') }]],
  ['utf16le and offset', 'a|utf16le|base64offset|contains: http', [{ a: base64('"http://x', 'utf16le') }], [{ a: base64('"http://x') }]],
  ['utf16be and offset', 'a|utf16be|base64offset|contains: http', [{ a: be('"http://x') }], [{ a: base64('http://x', 'utf16le') }]],
  ['wide and offset, outside ASCII', 'a|wide|base64offset|contains: grün', [{ a: base64('-grün-', 'utf16le') }], [{ a: base64('-grun-', 'utf16le') }]],
  ['wide without base64', 'a|wide|contains: cmd', [{ a: 'xc\0m\0d\0x' }], [{ a: 'cmd' }]],
  ['utf16be without base64', 'a|utf16be: cmd', [{ a: '\0c\0m\0d' }], [{ a: 'cmd' }]],
  ['windash then base64offset', 'a|windash|base64offset|contains: " -x "', [{ a: base64('a /x b') }, { a: base64('a -x b') }], [{ a: base64('a +x b') }]],
]

const dashes = ['-', '/', '–', '—', '―']
// biome-ignore format: one line a case
const windash: readonly Case[] = [
  ['a dash', "a|windash|contains: ' -f '", dashes.map((dash) => ({ a: `x ${dash}f y` })), [{ a: 'x +f y' }, { a: 'x f y' }, { a: 'x --f y' }]],
  ['a slash', "a|windash|contains: ' /f '", dashes.map((dash) => ({ a: `x ${dash}f y` })), [{ a: 'x f y' }]],
  ['contains before windash', "a|contains|windash: ' -f '", dashes.map((dash) => ({ a: `x ${dash}f y` })), [{ a: 'x f y' }]],
  ['at the start', "a|windash: '-f'", dashes.map((dash) => ({ a: `${dash}F` })), [{ a: 'f' }, { a: '_f' }]],
  ['every combination', "a|windash|contains: '-a /b'", dashes.flatMap((x) => dashes.map((y) => ({ a: `${x}a ${y}b` }))), [{ a: '-a b' }]],
  ['dashes within words stay', "a|windash|contains: '-param-name'", [{ a: '/param-name' }, { a: '-param-name' }], [{ a: '-param/name' }, { a: '/param/name' }]],
  ['slashes within words stay', "a|windash|contains: '-x a/b'", [{ a: '/x a/b' }], [{ a: '/x a-b' }]],
  ['of two dashes the one before the word', "a|windash|contains: '--x'", [{ a: '--x' }, { a: '-/x' }], [{ a: '//x' }]],
  ['a dash before nothing stays', "a|windash|contains: 'a - b'", [{ a: 'a - b' }], [{ a: 'a / b' }]],
  ['all of a list: each in any spelling', "a|windash|contains|all: [' -a', ' -b']", [{ a: 'x /b -a' }, { a: 'x –a —b' }], [{ a: 'x /a' }]],
  ['with wildcards', "a|windash: '*-a*?'", [{ a: 'x /ab' }], [{ a: 'x a' }, { a: 'x /a' }]],
  ['endswith', "a|windash|endswith: ' -q'", [{ a: 'x /q' }], [{ a: 'x /q ' }]],
  ['startswith', "a|windash|startswith: '-q'", [{ a: '/q x' }], [{ a: 'x /q' }]],
  ['before letters outside ASCII', "a|windash|contains: ' -ö'", [{ a: 'x /ö' }], [{ a: 'x ö' }]],
  ['written with an en dash', "a|windash|contains: ' –f '", dashes.map((dash) => ({ a: `x ${dash}f y` })), [{ a: 'x f y' }]],
  ['five switches in one value', "a|windash|contains: '-a -b -c -d -e'", [{ a: '/a -b /c –d —e' }], [{ a: '-a -b -c -d e' }]],
  ['cased', "a|windash|contains|cased: '-F'", [{ a: '/F' }], [{ a: '/f' }]],
]

describe.each([
  ['texts', texts],
  ['neq', negations],
  ['re', expressions],
  ['lt, lte, gt, gte', numbers],
  ['cidr', addresses],
  ['fieldref', references],
  ['exists', existence],
  ['parts of a time', times],
  ['encodings', encodings],
  ['windash', windash],
])('%s', (_, cases) => {
  test.each(cases)('%s', (...row) => expectSelection(row))
})

const placeholders: Placeholders = { admins: ['root', 'adm*'], hosts: ['srv1', 'srv2'], empty: [] }

describe('expand', () => {
  const cases: readonly Case[] = [
    ['one of the values', "a|expand: '%hosts%'", [{ a: 'srv1' }, { a: 'SRV2' }], [{ a: '%hosts%' }, { a: 'srv3' }]],
    ['values may have wildcards', "a|expand: '%admins%'", [{ a: 'root' }, { a: 'administrator' }], [{ a: 'user' }]],
    ['within a text', r`a|expand: '/home/%hosts%\x'`, [{ a: r`/home/srv2\x` }], [{ a: r`/home/srv3\x` }]],
    ['two in one text', "a|expand: '%hosts%-%admins%'", [{ a: 'srv1-root' }, { a: 'srv2-adm' }], [{ a: 'root-srv1' }]],
    ['with contains', "a|expand|contains: '%hosts%'", [{ a: 'on srv1!' }], [{ a: 'on srv!' }]],
    ['contains before expand', "a|contains|expand: '%hosts%'", [{ a: 'on srv1!' }], [{ a: 'on srv!' }]],
    ['beside other values', "a|expand: ['%hosts%', other]", [{ a: 'other' }, { a: 'srv1' }], [{ a: '%hosts%' }]],
    ['an escaped percent is plain', r`a|expand: '\%plain%hosts%'`, [{ a: '%plainsrv1' }], [{ a: r`\%plainsrv1` }]],
    ['two escaped percents are plain', r`a|expand: '\%hosts\%'`, [{ a: '%hosts%' }], [{ a: 'srv1' }]],
    ['a single percent is plain', "a|expand: '100%'", [{ a: '100%' }], [{ a: '100' }]],
    ['without expand they are texts', "a: '%hosts%'", [{ a: '%hosts%' }], [{ a: 'srv1' }]],
    ['in an expression', "a|re|expand: '^%hosts%$'", [{ a: 'srv1' }], [{ a: 'srv3' }, { a: 'xsrv1' }]],
    [
      'all: each in any of its values',
      "a|contains|expand|all: ['%hosts%', x]",
      [{ a: 'x srv2' }],
      [{ a: 'srv2' }, { a: 'x' }],
    ],
  ]
  test.each(cases)('%s', (...row) => expectSelection(row, placeholders))

  test('a rule whose placeholder has no values loads, is reported, and matches nothing', () => {
    const { documents, faults } = readDocuments(ruleOf("sel:\n  a|expand: '%nobody%'\ncondition: sel"), 'case.yml')
    const engine = createEngine(documents, { taxonomy: { kinds: [] } })
    expect(faults).toEqual([])
    expect(documents).toMatchObject([{ unresolved: ['nobody'] }])
    expect(engine.faults).toHaveLength(1)
    expect([{ a: '%nobody%' }, { a: 'nobody' }, {}].map((event) => isTrueOf(engine, event))).toEqual([
      false,
      false,
      false,
    ])
  })

  test('nor does it when negated', () => {
    const { documents } = readDocuments(
      ruleOf("sel: { b: x }\nflt:\n  a|expand: '%nobody%'\ncondition: sel and not flt"),
      'case.yml',
    )
    expect(isTrueOf(createEngine(documents, { taxonomy: { kinds: [] } }), { b: 'x' })).toBe(false)
  })
})

describe('neq of what is not there', () => {
  test.each([
    ['a text', 'a|neq: x'],
    ['another field', 'a|fieldref|neq: b'],
  ])('%s: it is not equal', (_, selection) => {
    expect(isTrueOf(engineOf(ruleOf(`sel:\n  ${selection}\ncondition: sel`)), { c: 1 })).toBe(true)
  })
})
