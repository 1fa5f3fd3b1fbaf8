import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEvtx, type FakeInstance, type FakeNode, type FakeValue, fakeEvent, fakeValues } from './evtx.fake.ts'
import { type EvtxDamage, readEvtx } from './evtx.ts'
import { escapeText } from './xml-text.ts'

const { string, strings, integer, fileTime, sid, guid, none } = fakeValues

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = async (
  bytes: Buffer,
  size = 10_000,
): Promise<{ readonly events: readonly string[]; readonly damage: EvtxDamage }> => {
  const events: string[] = []
  const reader = readEvtx(inPieces(bytes, size))
  for (let next = await reader.next(); ; next = await reader.next()) {
    if (next.done) return { events, damage: next.value }
    events.push(next.value)
  }
}

const whole: EvtxDamage = { chunks: 0, events: 0, isCutOff: false }

const logon = (record: number): FakeInstance =>
  fakeEvent({
    provider: 'Microsoft-Windows-Security-Auditing',
    guid: '{54849625-5478-4994-a5ba-3e3b0328c30d}',
    id: 4625,
    keywords: 0x8010000000000000n,
    time: new Date(Date.UTC(2026, 10, 20, 8, 15, record)),
    record,
    channel: 'Security',
    computer: 'DC01.corp.example',
    user: 'S-1-5-18',
    data: { TargetUserName: `user${record}`, IpAddress: '203.0.113.9' },
  })
const recordOf = (xml: string): number => Number(/<EventRecordID>(\d+)</.exec(xml)?.[1])

/** Writes one value into an element `v`. */
const withValue = (value: FakeValue): FakeInstance => ({
  template: { name: 'v', children: [{ value: 0 }] },
  values: [value],
})
const xmlOf = async (template: FakeNode, values: readonly FakeValue[] = []): Promise<string | undefined> =>
  (await read(encodeEvtx([[{ template, values }]]))).events[0]

describe('readEvtx', () => {
  it('reads an event as the Event Viewer shows it', async () => {
    const { events, damage } = await read(encodeEvtx([[logon(7)]]))
    expect(events).toEqual([
      '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>' +
        '<Provider Name="Microsoft-Windows-Security-Auditing" Guid="{54849625-5478-4994-a5ba-3e3b0328c30d}"/>' +
        '<EventID>4625</EventID><Version>0</Version><Level>0</Level><Task>0</Task><Keywords>0x8010000000000000</Keywords>' +
        '<TimeCreated SystemTime="2026-11-20T08:15:07.0000000Z"/><EventRecordID>7</EventRecordID><Correlation/>' +
        '<Execution ProcessID="652" ThreadID="4000"/><Channel>Security</Channel><Computer>DC01.corp.example</Computer>' +
        '<Security UserID="S-1-5-18"/></System><EventData><Data Name="TargetUserName">user7</Data>' +
        '<Data Name="IpAddress">203.0.113.9</Data></EventData></Event>',
    ])
    expect(damage).toEqual(whole)
  })

  it.each<[name: string, value: FakeValue, text: string]>([
    ['a string', string('a\u0007 <b> & "c"\r\n\td\0'), 'a&#7; &lt;b&gt; &amp; "c"&#13;&#10;&#9;d'],
    ['an ANSI string', { type: 2, bytes: Buffer.from('caf\xe9\0', 'latin1') }, 'café'],
    ['a negative byte', integer(3, 1, -5), '-5'],
    ['a byte', integer(4, 1, 250), '250'],
    ['a signed short', integer(5, 2, -300), '-300'],
    ['a short', integer(6, 2, 65_000), '65000'],
    ['a signed integer', integer(7, 4, -70_000), '-70000'],
    ['an integer', integer(8, 4, 4_000_000_000), '4000000000'],
    ['a signed long', integer(9, 8, -(2n ** 40n)), '-1099511627776'],
    ['a long', integer(10, 8, 2n ** 63n + 5n), '9223372036854775813'],
    ['a float', { type: 11, bytes: Buffer.from('9a99993e', 'hex') }, '0.3'],
    ['a double', { type: 12, bytes: Buffer.from('00000000000002c0', 'hex') }, '-2.25'],
    ['a boolean', integer(13, 4, 1), 'true'],
    ['binary data', { type: 14, bytes: Buffer.from('deadbeef00', 'hex') }, 'DEADBEEF00'],
    ['a GUID', guid('{54849625-5478-4994-a5ba-3e3b0328c30d}'), '{54849625-5478-4994-a5ba-3e3b0328c30d}'],
    ['a pointer', integer(0x10, 8, 0x1234), '0x1234'],
    ['a file time', fileTime(new Date('2021-03-29T10:48:44.231Z'), 6_373), '2021-03-29T10:48:44.2316373Z'],
    ['a file time before 1970', integer(0x11, 8, 1), '1601-01-01T00:00:00.0000001Z'],
    ['the file time for never', integer(0x11, 8, 2n ** 63n - 1n), '30828-09-14T02:48:05.4775807Z'],
    [
      'a system time',
      { type: 0x12, bytes: Buffer.from('e50703000100 1d000a0030002c00e700'.replace(' ', ''), 'hex') },
      '2021-03-29T10:48:44.231Z',
    ],
    ['a SID', sid('S-1-5-21-1223297778-3299746493-1462173606-500'), 'S-1-5-21-1223297778-3299746493-1462173606-500'],
    ['a SID that is cut off', { type: 0x13, bytes: Buffer.from('0105000000000005', 'hex') }, '0105000000000005'],
    ['a hexadecimal integer', integer(0x14, 4, 0x3e7), '0x3e7'],
    ['a hexadecimal long', integer(0x15, 8, 0x8020000000000000n), '0x8020000000000000'],
    ['null', none, ''],
    ['a type of the future', { type: 0x44, bytes: Buffer.from([1, 2]) }, '0102'],
  ])('writes %s', async (_, value, text) => {
    expect(await xmlOf({ name: 'v', children: [{ value: 0 }] }, [value])).toBe(`<v>${text}</v>`)
  })

  it('repeats an element for each item of an array', async () => {
    const template = { name: 'e', children: [{ name: 'Data', attributes: { k: 'x' }, children: [{ value: 0 }] }] }
    const texts = await xmlOf(template, [strings(['one', '', 'three'])])
    expect(texts).toBe('<e><Data k="x">one</Data><Data k="x"></Data><Data k="x">three</Data></e>')
    const numbers = { type: 0x86, bytes: Buffer.from([9, 0, 10, 0]) }
    expect(await xmlOf(template, [numbers])).toBe('<e><Data k="x">9</Data><Data k="x">10</Data></e>')
    expect(await xmlOf(template, [{ type: 0x81, bytes: Buffer.alloc(0) }])).toBe('<e><Data k="x"></Data></e>')
  })

  it('leaves out elements and attributes without a value', async () => {
    const template = {
      name: 'e',
      attributes: { a: { value: 0, isOptional: true }, b: { value: 1, isOptional: true } },
      children: [
        { name: 'f', dependsOn: 0, children: ['x', { value: 1 }] },
        { name: 'g', dependsOn: 1 },
      ],
    }
    expect(await xmlOf(template, [none, string('"1"')])).toBe('<e b="&quot;1&quot;"><g/></e>')
  })

  it('reads XML inside of values, with and without a template', async () => {
    const template = { name: 'e', children: [{ value: 0 }, { value: 1 }] }
    const inner = { name: 'i', attributes: { k: 'v' }, children: [{ name: 'j', children: ['x'] }] }
    const xml = await xmlOf(template, [{ xml: inner }, { instance: { template: inner, values: [] } }])
    expect(xml).toBe('<e><i k="v"><j>x</j></i><i k="v"><j>x</j></i></e>')
  })

  it('writes references as text, and names without what XML forbids', async () => {
    const template = {
      name: 'a><b',
      children: ['x', { entity: 'amp' }, { entity: 'nbsp' }, { character: 10 }, { name: '1', children: [] }],
    }
    expect(await xmlOf(template)).toBe('<_a__b>x&amp;&amp;nbsp;&#10;<_1></_1></_a__b>')
  })

  it('writes each event as one line with the text that it has, however the bytes arrive', async () => {
    const texts = fc
      .oneof(fc.string({ unit: 'binary-ascii', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 30 }))
      .map((text) => text.replaceAll('\0', ' '))
    await fc.assert(
      fc.asyncProperty(
        fc.array(texts, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 500, max: 70_000 }),
        async (all, size) => {
          const { events, damage } = await read(
            encodeEvtx([all.map((text) => withValue(string(text))), [logon(1)]]),
            size,
          )
          expect(events.slice(0, -1)).toEqual(all.map((text) => `<v>${escapeText(text)}</v>`))
          expect(events.some((event) => /\p{Cc}/u.test(event))).toBe(false)
          expect(damage).toEqual(whole)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('begins a log that was overwritten from its beginning with its oldest events', async () => {
    const chunks = [[logon(41), logon(42)], [logon(20)], [logon(30), logon(31)]]
    const { events } = await read(encodeEvtx(chunks, 1))
    expect(events.map(recordOf)).toEqual([20, 30, 31, 41, 42])
  })

  it('reads records that the header of their chunk does not list yet, but no older ones', async () => {
    const bytes = encodeEvtx([[logon(1), logon(2), logon(3)]])
    const first = 4_096 + 512
    const second = first + bytes.readUInt32LE(first + 4)
    bytes.writeUInt32LE(second - 4_096, 4_096 + 48)
    expect((await read(bytes)).events.map(recordOf)).toEqual([1, 2, 3])
    bytes.writeBigUInt64LE(99n, second + 8)
    expect(await read(bytes)).toMatchObject({ events: [expect.anything()], damage: whole })
  })

  it('reads all but a corrupt chunk or record, and counts them', async () => {
    const bytes = encodeEvtx([[logon(1)], [logon(2), logon(3), logon(4)], [logon(5)], []])
    bytes.fill(0xee, 4_096, 4_096 + 8)
    const second = 4_096 + 65_536 + 512
    const third = second + bytes.readUInt32LE(second + 4)
    bytes.fill(0xee, third + 24, third + 40)
    bytes.fill(0, 4_096 + 3 * 65_536)
    const { events, damage } = await read(bytes)
    expect(events.map(recordOf)).toEqual([2, 4, 5])
    expect(damage).toEqual({ chunks: 1, events: 1, isCutOff: false })
    bytes.writeUInt32LE(7, third + 4)
    expect((await read(bytes)).events.map(recordOf)).toEqual([2, 4, 5])
  })

  it('reads the records of a log before its cut', async () => {
    const bytes = encodeEvtx([[logon(1), logon(2), logon(3)]])
    const first = 4_096 + 512
    const second = first + bytes.readUInt32LE(first + 4)
    const { events, damage } = await read(bytes.subarray(0, second + 100))
    expect(events.map(recordOf)).toEqual([1])
    expect(damage.isCutOff).toBe(true)
  })

  it('refuses other bytes', async () => {
    await expect(read(Buffer.from('ElfFile\0'))).rejects.toThrow('no Windows event log')
    await expect(read(Buffer.alloc(5_000))).rejects.toThrow('no Windows event log')
  })

  it('reads or skips damaged bytes, and ends', async () => {
    const sample = encodeEvtx([
      [logon(1), logon(2), withValue(strings(['a', 'b'])), withValue({ xml: { name: 'i', children: ['x'] } })],
      [logon(3)],
    ])
    const used = 4_096 + sample.readUInt32LE(4_096 + 48)
    const damages = fc.array(fc.tuple(fc.nat(used - 129), fc.uint8Array({ minLength: 1, maxLength: 6 })), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(damages, async (all) => {
        const bytes = Buffer.from(sample)
        for (const [at, noise] of all) bytes.set(noise, at + 128)
        const { events } = await read(bytes)
        for (const event of events) expect(event).toMatch(/^\P{Cc}*$/u)
      }),
    )
  })

  it('stops at templates that would be repeated without end', async () => {
    const nested = (depth: number): FakeNode =>
      depth === 0 ? { value: 0 } : { name: 'n', children: [nested(depth - 1), nested(depth - 1)] }
    const inner: FakeInstance = { template: nested(6), values: [strings(Array.from({ length: 2_000 }, () => 'x'))] }
    const bomb = encodeEvtx([
      Array.from({ length: 5 }, () => ({ template: nested(6), values: [{ instance: inner }] })),
      [logon(1)],
    ])
    const { events, damage } = await read(bomb)
    expect(events.map(recordOf)).toContain(1)
    expect(damage.events).toBeGreaterThan(0)

    // The value of a template is an instance of the same template.
    const bytes = encodeEvtx([
      [{ template: { name: 'e', children: [{ value: 0 }] }, values: [{ instance: { template: 'x', values: [] } }] }],
    ])
    const at = bytes.indexOf(Buffer.from([0x0c, 1]), 4_096 + 512 + 40)
    bytes.writeUInt32LE(bytes.readUInt32LE(4_096 + 512 + 24 + 10), at + 6)
    expect((await read(bytes)).events.length).toBeLessThanOrEqual(1)
  })
})
