import { expect, it } from 'vitest'
import type { Change } from '../change-feed.ts'
import { createWaitingChanges } from './waiting-changes.ts'

const change = (version: number): Change => ({ kind: 'incident', id: 'i1', version, updated_at: version })
const read = async (changes: AsyncIterable<Change>) => {
  const versions: number[] = []
  for await (const { version } of changes) versions.push(version)
  return versions
}

it('are read in order, until there are no more', async () => {
  const changes = createWaitingChanges(10)
  for (const version of [1, 2, 3]) changes.add(change(version))
  changes.end()
  expect(await read(changes)).toEqual([1, 2, 3])
})

// Changes wait while the missed ones are sent, and do not end the process.
it('are refused to a reader that comes after too many have piled up', async () => {
  const changes = createWaitingChanges(3)
  for (let version = 1; version <= 10; version += 1) changes.add(change(version))
  changes.end()
  await new Promise((done) => setImmediate(done))
  await expect(read(changes)).rejects.toThrow('More changed than this connection took')
})
