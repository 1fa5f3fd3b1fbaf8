import { crc32 } from 'node:zlib'

/** An element, a text, or the place of a value in a template. */
export type FakeNode =
  | string
  | { readonly value: number; readonly isOptional?: boolean }
  | { readonly entity: string }
  | { readonly character: number }
  | {
      readonly name: string
      readonly attributes?: Readonly<Record<string, FakeNode>>
      readonly children?: readonly FakeNode[]
      readonly dependsOn?: number
    }

/** A value of a template: bytes, or XML with or without a template of its own. */
export type FakeValue =
  | { readonly type: number; readonly bytes: Uint8Array }
  | { readonly instance: FakeInstance }
  | { readonly xml: FakeNode }

export interface FakeInstance {
  readonly template: FakeNode
  readonly values: readonly FakeValue[]
}

/** Writes an event log as Windows does, with chunks of records: names and templates are where they are first used in a chunk. */
export const encodeEvtx = (chunks: readonly (readonly FakeInstance[])[], oldest = 0): Buffer => {
  const header = Buffer.alloc(4_096)
  header.write('ElfFile\0', 'latin1')
  header.writeBigUInt64LE(BigInt(oldest), 8)
  header.writeBigUInt64LE(BigInt(Math.max(0, chunks.length - 1)), 16)
  header.writeUInt32LE(128, 32)
  header.writeUInt16LE(1, 36)
  header.writeUInt16LE(3, 38)
  header.writeUInt16LE(4_096, 40)
  header.writeUInt16LE(chunks.length, 42)
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124)
  let number = 1
  const encoded = chunks.map((records) => {
    const chunk = encodeChunk(records, number)
    number += records.length
    return chunk
  })
  return Buffer.concat([header, ...encoded])
}

const encodeChunk = (records: readonly FakeInstance[], firstNumber: number): Buffer => {
  const chunk = Buffer.alloc(65_536)
  const writer = createWriter(chunk, 512)
  let last = 0
  for (const [i, record] of records.entries()) {
    const start = writer.at()
    last = start
    writer.bytes(Buffer.from('**\0\0\0\0\0\0', 'latin1'))
    writer.uint64(BigInt(firstNumber + i))
    writer.uint64(0n)
    writer.bytes(fragmentHeader)
    writeInstance(writer, record)
    writer.byte(0)
    while ((writer.at() - start) % 8 !== 4) writer.byte(0)
    writer.uint32(writer.at() + 4 - start)
    writer.patch32(start + 4, writer.at() - start)
  }
  chunk.write('ElfChnk\0', 'latin1')
  for (const at of [8, 24]) chunk.writeBigUInt64LE(BigInt(firstNumber), at)
  for (const at of [16, 32]) chunk.writeBigUInt64LE(BigInt(firstNumber + records.length - 1), at)
  chunk.writeUInt32LE(128, 40)
  chunk.writeUInt32LE(last, 44)
  chunk.writeUInt32LE(writer.at(), 48)
  chunk.writeUInt32LE(crc32(chunk.subarray(512, writer.at())), 52)
  chunk.writeUInt32LE(crc32(Buffer.concat([chunk.subarray(0, 120), chunk.subarray(128, 512)])), 124)
  return chunk
}

const fragmentHeader = Buffer.from([0x0f, 1, 1, 0])

const writeInstance = (writer: Writer, { template, values }: FakeInstance): void => {
  writer.bytes(Buffer.from([0x0c, 1]))
  const key = JSON.stringify(template)
  const id = crc32(key)
  writer.uint32(id)
  const known = writer.templates.get(key)
  writer.uint32(known ?? writer.at() + 4)
  if (known === undefined) {
    writer.templates.set(key, writer.at())
    writer.uint32(0)
    writer.uint32(id)
    writer.bytes(Buffer.alloc(12, 0xab))
    const size = writer.at()
    writer.uint32(0)
    writer.bytes(fragmentHeader)
    writeNode(writer, template, true)
    writer.byte(0)
    writer.patch32(size, writer.at() - size - 4)
  }
  writer.uint32(values.length)
  const specs = writer.at()
  for (const value of values) {
    writer.uint16(0)
    writer.byte('type' in value ? value.type : 0x21)
    writer.byte(0)
  }
  for (const [i, value] of values.entries()) {
    const start = writer.at()
    if ('type' in value) writer.bytes(value.bytes)
    else {
      writer.bytes(fragmentHeader)
      if ('instance' in value) writeInstance(writer, value.instance)
      else writeNode(writer, value.xml, false)
      writer.byte(0)
    }
    writer.patch16(specs + i * 4, writer.at() - start)
  }
}

const writeNode = (writer: Writer, node: FakeNode, isInTemplate: boolean): void => {
  if (typeof node === 'string') {
    writer.bytes(Buffer.from([0x05, 0x01]))
    writer.uint16(node.length)
    writer.bytes(Buffer.from(node, 'utf16le'))
    return
  }
  if ('value' in node) {
    writer.byte(node.isOptional ? 0x0e : 0x0d)
    writer.uint16(node.value)
    writer.byte(0x01)
    return
  }
  if ('entity' in node) {
    writer.byte(0x09)
    writeName(writer, node.entity)
    return
  }
  if ('character' in node) {
    writer.byte(0x08)
    writer.uint16(node.character)
    return
  }
  const attributes = Object.entries(node.attributes ?? {})
  writer.byte(attributes.length > 0 ? 0x41 : 0x01)
  if (isInTemplate) writer.uint16(node.dependsOn ?? 0xffff)
  const size = writer.at()
  writer.uint32(0)
  writeName(writer, node.name)
  const list = writer.at()
  if (attributes.length > 0) writer.uint32(0)
  for (const [i, [name, value]] of attributes.entries()) {
    writer.byte(i < attributes.length - 1 ? 0x46 : 0x06)
    writeName(writer, name)
    writeNode(writer, value, isInTemplate)
  }
  if (attributes.length > 0) writer.patch32(list, writer.at() - list - 4)
  if (node.children) {
    writer.byte(0x02)
    for (const child of node.children) writeNode(writer, child, isInTemplate)
    writer.byte(0x04)
  } else writer.byte(0x03)
  writer.patch32(size, writer.at() - size - 4)
}

const writeName = (writer: Writer, name: string): void => {
  const known = writer.names.get(name)
  writer.uint32(known ?? writer.at() + 4)
  if (known !== undefined) return
  writer.names.set(name, writer.at())
  writer.uint32(0)
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (hash * 65_599 + name.charCodeAt(i)) >>> 0
  writer.uint16(hash & 0xffff)
  writer.uint16(name.length)
  writer.bytes(Buffer.from(`${name}\0`, 'utf16le'))
}

interface Writer {
  readonly names: Map<string, number>
  readonly templates: Map<string, number>
  at(): number
  byte(value: number): void
  uint16(value: number): void
  uint32(value: number): void
  uint64(value: bigint): void
  bytes(bytes: Uint8Array): void
  patch16(at: number, value: number): void
  patch32(at: number, value: number): void
}

const createWriter = (chunk: Buffer, start: number): Writer => {
  let position = start
  return {
    names: new Map(),
    templates: new Map(),
    at: () => position,
    byte(value) {
      position = chunk.writeUInt8(value, position)
    },
    uint16(value) {
      position = chunk.writeUInt16LE(value, position)
    },
    uint32(value) {
      position = chunk.writeUInt32LE(value, position)
    },
    uint64(value) {
      position = chunk.writeBigUInt64LE(value, position)
    },
    bytes(bytes) {
      chunk.set(bytes, position)
      position += bytes.length
    },
    patch16: (at, value) => void chunk.writeUInt16LE(value, at),
    patch32: (at, value) => void chunk.writeUInt32LE(value, at),
  }
}

const little = (size: number, value: bigint | number): Uint8Array => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)))
  return bytes.subarray(0, size)
}

export const fakeValues = {
  none: { type: 0x00, bytes: Buffer.alloc(0) },
  string: (text: string) => ({ type: 0x01, bytes: Buffer.from(text, 'utf16le') }),
  strings: (texts: readonly string[]) => ({
    type: 0x81,
    bytes: Buffer.from(texts.map((text) => `${text}\0`).join(''), 'utf16le'),
  }),
  integer: (type: number, size: number, value: bigint | number) => ({ type, bytes: little(size, value) }),
  fileTime: (time: Date, ticks = 0) => ({
    type: 0x11,
    bytes: little(8, BigInt(time.getTime()) * 10_000n + 116_444_736_000_000_000n + BigInt(ticks)),
  }),
  sid: (text: string) => {
    const [, revision, authority, ...parts] = text.split('-')
    const head = Buffer.from([Number(revision), parts.length, 0, 0, 0, 0, 0, Number(authority)])
    return { type: 0x13, bytes: Buffer.concat([head, ...parts.map((part) => little(4, Number(part)))]) }
  },
  guid: (text: string) => {
    const hex = Buffer.from(text.replaceAll(/[{}-]/g, ''), 'hex')
    const turned = [hex.subarray(0, 4), hex.subarray(4, 6), hex.subarray(6, 8)].map((part) =>
      Buffer.from(part).reverse(),
    )
    return { type: 0x0f, bytes: Buffer.concat([...turned, hex.subarray(8)]) }
  },
} as const

interface FakeEvent {
  readonly provider: string
  readonly guid?: string
  readonly id: number
  readonly level?: number
  readonly keywords?: bigint
  readonly time: Date
  readonly record: number
  readonly channel: string
  readonly computer: string
  readonly user?: string
  readonly data: Readonly<Record<string, string>>
}

/** Returns an event in the layout of those of Windows: a template for the system's part, and one in it for the provider's data. */
export const fakeEvent = (event: FakeEvent): FakeInstance => {
  const { integer, string, fileTime, sid, none } = fakeValues
  return {
    template: {
      name: 'Event',
      attributes: { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      children: [
        {
          name: 'System',
          children: [
            { name: 'Provider', attributes: { Name: event.provider, ...(event.guid && { Guid: event.guid }) } },
            {
              name: 'EventID',
              dependsOn: 3,
              attributes: { Qualifiers: { value: 4, isOptional: true } },
              children: [{ value: 3, isOptional: true }],
            },
            { name: 'Version', dependsOn: 11, children: [{ value: 11, isOptional: true }] },
            { name: 'Level', dependsOn: 0, children: [{ value: 0, isOptional: true }] },
            { name: 'Task', dependsOn: 2, children: [{ value: 2, isOptional: true }] },
            { name: 'Keywords', dependsOn: 5, children: [{ value: 5, isOptional: true }] },
            { name: 'TimeCreated', attributes: { SystemTime: { value: 6, isOptional: true } } },
            { name: 'EventRecordID', dependsOn: 10, children: [{ value: 10, isOptional: true }] },
            { name: 'Correlation', attributes: { ActivityID: { value: 7, isOptional: true } } },
            {
              name: 'Execution',
              dependsOn: 8,
              attributes: { ProcessID: { value: 8, isOptional: true }, ThreadID: { value: 9, isOptional: true } },
            },
            { name: 'Channel', children: [event.channel] },
            { name: 'Computer', children: [event.computer] },
            { name: 'Security', attributes: { UserID: { value: 12, isOptional: true } } },
          ],
        },
        { value: 13, isOptional: true },
      ],
    },
    values: [
      integer(0x04, 1, event.level ?? 0),
      integer(0x04, 1, 0),
      integer(0x06, 2, 0),
      integer(0x06, 2, event.id),
      none,
      integer(0x15, 8, event.keywords ?? 0x8000000000000000n),
      fileTime(event.time),
      none,
      integer(0x08, 4, 652),
      integer(0x08, 4, 4_000),
      integer(0x0a, 8, event.record),
      integer(0x04, 1, 0),
      event.user ? sid(event.user) : none,
      {
        instance: {
          template: {
            name: 'EventData',
            children: Object.keys(event.data).map((name, i) => ({
              name: 'Data',
              attributes: { Name: name },
              children: [{ value: i }],
            })),
          },
          values: Object.values(event.data).map((text) => string(text)),
        },
      },
    ],
  }
}
