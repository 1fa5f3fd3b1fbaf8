import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { tarEntries, writeTar } from './tar.ts'

const member = (path: string, text: string) => ({
  path,
  bytes: Buffer.byteLength(text),
  async *content() {
    for (const part of text.match(/.{1,700}/gs) ?? []) yield Buffer.from(part)
  },
})
const written = async (members: Parameters<typeof writeTar>[0]): Promise<Buffer> => {
  return Buffer.concat(await Array.fromAsync(writeTar(members, Date.UTC(2026, 0, 1))))
}
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const long = `data/${'folder/'.repeat(20)}ä.yml`
const files = [
  member('a.txt', 'one'),
  member('empty', ''),
  member(long, 'x'.repeat(5_000)),
  member('b', 'y'.repeat(512)),
]

it.each([1, 511, 512, 65_536])('is read back, in chunks of %i bytes', async (size) => {
  const read: [string, number, string][] = []
  for await (const { path, bytes, isFile, content } of tarEntries(pieces(await written(files), size))) {
    expect(isFile).toBe(true)
    let text = ''
    for await (const part of content()) text += Buffer.from(part)
    read.push([path, bytes, text.slice(0, 3)])
  }
  expect(read).toEqual([
    ['a.txt', 3, 'one'],
    ['empty', 0, ''],
    [long, 5_000, 'xxx'],
    ['b', 512, 'yyy'],
  ])
})

it('is read by tar', async () => {
  const { stdout, stderr, status } = spawnSync('tar', ['--list', '--quoting-style=literal'], {
    input: await written(files),
  })
  expect([status, stderr.toString(), stdout.toString()]).toEqual([0, '', `a.txt\nempty\n${long}\nb\n`])
})

it('skips what is not read, and finds an end within an entry', async () => {
  const bytes = await written(files)
  const names: string[] = []
  for await (const { path } of tarEntries(pieces(bytes, 1_000))) names.push(path)
  expect(names).toHaveLength(4)
  const cut = async () => {
    for await (const _ of tarEntries(pieces(bytes.subarray(0, 4_000), 1_000)));
  }
  await expect(cut()).rejects.toThrow('cut off')
})

it('holds sizes from 8 GiB on', async () => {
  const huge = { path: 'huge', bytes: 9 * 2 ** 30, content: () => new ReadableStream() }
  const entry = await tarEntries(writeTar([huge], 0)).next()
  expect(entry.value).toMatchObject({ path: 'huge', bytes: 9 * 2 ** 30 })
})

it('fails where a file has another size than announced', async () => {
  const short = { ...member('short', 'abc'), bytes: 4 }
  await expect(written([short])).rejects.toThrow('short')
})
