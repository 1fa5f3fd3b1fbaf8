import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Cursors, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { followFiles } from './follow-files.ts'
import { createLogPlaces } from './places/log-places.ts'
import { formerNameOfFile } from './places/source-of-file.ts'
import type { TimeInZone } from './written-zone.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its events.'),
  paths: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'Files, folders (with all subfolders) and patterns: `/var/log/**/*.log`. Compressed files and archives are read once, without what was read before.',
    ),
  follow: z.boolean().default(true).describe('Whether to wait for more, like `tail -F`.'),
  from: z.enum(['start', 'end']).default('start').describe('Where to start in existing files.'),
  each_file: z
    .boolean()
    .default(false)
    .describe(
      'Whether each log is its own source, named after its file, and after its folder if another log has that name.',
    ),
  zone,
})

/** Declares the source that follows files. It resumes from the stored cursors. */
export const fileSource = (cursors: Cursors, timeOf: TimeInZone): Component<typeof options, Source> => ({
  name: 'file',
  summary: 'Follows files as they grow, through rotation, truncation and restarts.',
  options,
  create: ({ name, paths, follow, from, each_file, zone: zoneMinutes }, { now, log }) => {
    const formerNames = new Map<string, Set<string>>()
    const places = createLogPlaces(cursors, name)
    const sourceOf = (path: string): string => {
      if (!each_file) return name
      const [source, former] = [places.sourceOf(path), formerNameOfFile(path, name)]
      if (source !== former) formerNames.set(source, (formerNames.get(source) ?? new Set()).add(former))
      return source
    }
    const { learn, hostOf } = places
    return followFiles(
      { paths, follow, from, zoneMinutes, timeOf, now, log, learn, sourceOf, hostOf },
      withFormerNames(cursors, formerNames),
    )
  },
})

/** Finds positions also under the names that sources had in version 0.1: those of the files of containers, and of days. */
const withFormerNames = (cursors: Cursors, formerNames: ReadonlyMap<string, ReadonlySet<string>>): Cursors => ({
  async read(source, key) {
    for (const name of [source, ...(formerNames.get(source) ?? [])]) {
      const position = await cursors.read(name, key)
      if (position !== undefined) return position
    }
    return undefined
  },
  async list(source) {
    const lists = await Promise.all([source, ...(formerNames.get(source) ?? [])].map((name) => cursors.list(name)))
    return lists.flat()
  },
})
