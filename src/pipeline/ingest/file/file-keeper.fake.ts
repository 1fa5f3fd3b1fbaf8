import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../component.ts'
import { type FollowOptions, followFiles } from './follow-files.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Options that follow without delays. */
export const quick = {
  from: 'start',
  follow: true,
  log: silent,
  now: Date.now,
  pollMs: 5,
  scanMs: 20,
  quietMs: 60,
  lingerMs: 80,
} as const

/** A server that stores records and positions, both or neither. */
export const createKeeper = (folder: string) => {
  const cursors = new Map<string, string>()
  const texts: string[] = []
  const refs: string[] = []
  const complaints: string[] = []
  let refusing = false
  return {
    texts,
    refs,
    complaints,
    refuse(yes: boolean) {
      refusing = yes
    },
    start(options: Partial<FollowOptions> = {}) {
      const stop = new AbortController()
      const source = followFiles(
        {
          ...quick,
          log: { ...silent, warn: (fields) => complaints.push(JSON.stringify(fields)) },
          paths: [join(folder, '*.log')],
          sourceOf: () => 'x',
          ...options,
        },
        { read: async (name, key) => cursors.get(`${name} ${key}`), list: async () => [...cursors.values()] },
      )
      const done = source.run(async (records, cursor) => {
        await sleep(1)
        if (refusing) throw new Error('no')
        texts.push(...records.map(({ text }) => text))
        refs.push(...records.map(({ file, line }) => `${file?.slice(folder.length + 1)}:${line}`))
        if (cursor) cursors.set(`x ${cursor.key}`, cursor.position)
      }, stop.signal)
      return {
        done,
        /** Like `kill -9`: loses everything that was not accepted. */
        async kill() {
          stop.abort()
          await done
        },
      }
    },
  }
}

/** Lines with numbers. */
export const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`)
/** The same, as text. */
export const block = (from: number, to: number) =>
  numbers(from, to)
    .map((line) => `${line}\n`)
    .join('')
