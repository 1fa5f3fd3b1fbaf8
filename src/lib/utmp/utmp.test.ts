import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { encodeUtmp } from './utmp.fake.ts'
import { isUtmp, printUtmp, readUtmp } from './utmp.ts'

const seconds = 1_772_438_401
const sessions = [
  { type: 2, user: 'reboot', line: '~', host: '6.1.0-18-amd64', seconds },
  { type: 6, user: 'LOGIN', line: 'tty1', seconds: seconds + 1 },
  { type: 7, user: 'alice', line: 'pts/0', host: '192.0.2.14', address: [192, 0, 2, 14], seconds: seconds + 2 },
  { type: 0, seconds: 0 },
  { type: 8, line: 'pts/0', seconds: seconds + 3 },
]
const failures = [
  {
    type: 6,
    user: 'root] [x',
    line: 'ssh:notty',
    address: [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 7],
    seconds,
  },
  { type: 7, user: 'bob', line: ':0', seconds: seconds + 1 },
]

async function* inParts(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = async (bytes: Buffer, size = 65_536) => {
  const lines: string[] = []
  let fault: unknown
  try {
    for await (const record of readUtmp(inParts(bytes, size))) lines.push(printUtmp(record))
  } catch (error) {
    fault = error
  }
  return { lines, fault: fault instanceof Error ? fault.message : fault }
}

describe('login records', () => {
  it.each([
    ['of x86', false],
    ['of 64-bit ARM', true],
  ])('are printed as utmpdump prints them, %s', async (_name, isArm) => {
    const bytes = encodeUtmp(sessions, isArm)
    expect(isUtmp(bytes)).toBe(true)
    const { lines, fault } = await read(bytes)
    expect(fault).toBeUndefined()
    expect(lines).toEqual([
      '[2] [00900] [    ] [reboot  ] [~           ] [6.1.0-18-amd64      ] [0.0.0.0        ] [2026-03-02T08:00:01,250000+00:00]',
      '[6] [00901] [    ] [LOGIN   ] [tty1        ] [                    ] [0.0.0.0        ] [2026-03-02T08:00:02,250000+00:00]',
      '[7] [00902] [    ] [alice   ] [pts/0       ] [192.0.2.14          ] [192.0.2.14     ] [2026-03-02T08:00:03,250000+00:00]',
      '[8] [00904] [    ] [        ] [pts/0       ] [                    ] [0.0.0.0        ] [2026-03-02T08:00:04,250000+00:00]',
    ])
  })

  it('are failures in a file that has nothing else, and a name is no other column', async () => {
    const { lines } = await read(encodeUtmp(failures))
    expect(lines).toEqual([
      '[6] [00900] [    ] [root? ?x] [ssh:notty   ] [                    ] [2001:db8::7    ] [2026-03-02T08:00:01,250000+00:00]',
      '[6] [00901] [    ] [bob     ] [:0          ] [                    ] [0.0.0.0        ] [2026-03-02T08:00:02,250000+00:00]',
    ])
  })

  it('are the same in chunks of any size', async () => {
    const bytes = encodeUtmp([...sessions, ...sessions])
    const whole = await read(bytes)
    for (const size of [1, 383, 384, 1_000]) expect(await read(bytes, size)).toEqual(whole)
  })

  it('are no failures if a later chunk has a session', async () => {
    const bytes = encodeUtmp([...failures, ...sessions])
    const whole = await read(bytes)
    expect(whole.lines[1]).toMatch(/^\[7\] .*bob/)
    for (const size of [1, 384, 768]) expect(await read(bytes, size)).toEqual(whole)
  })

  it('are read up to a cut, and around damage', async () => {
    const bytes = encodeUtmp([...sessions, ...sessions])
    expect(await read(bytes.subarray(0, -100))).toMatchObject({ fault: 'The login records are cut off.' })
    bytes.fill(0xee, 5 * 384, 6 * 384)
    const { lines, fault } = await read(bytes)
    expect(lines).toHaveLength(7)
    expect(fault).toBe('1 of the login records is damaged.')
  })

  it('are not taken for other data', () => {
    const others = [
      Buffer.alloc(2_000),
      Buffer.from('a line of text\n'.repeat(100)),
      encodeUtmp(sessions).subarray(0, 300),
      Buffer.concat([encodeUtmp(sessions.slice(0, 1)), Buffer.alloc(384, 7)]),
    ]
    for (const bytes of others) expect(isUtmp(bytes)).toBe(false)
    const random = fc.uint8Array({ minLength: 384, maxLength: 1_600 })
    fc.assert(
      fc.property(random, (bytes) => !isUtmp(bytes)),
      { numRuns: runs(200) },
    )
  })
})
