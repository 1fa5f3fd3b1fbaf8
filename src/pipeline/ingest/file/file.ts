import { basename } from 'node:path'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { toSourceName } from '../../../schema/record/source-name.ts'
import type { Cursors, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { followFiles } from './file-follow.ts'
import { rotationOf } from './file-set.ts'
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
  each_file: z.boolean().default(false).describe('Whether each log is its own source, named after its file.'),
  zone,
})

/** Declares the source that follows files. It resumes from the stored cursors. */
export const fileSource = (cursors: Cursors, timeOf: TimeInZone): Component<typeof options, Source> => ({
  name: 'file',
  summary: 'Follows files as they grow, through rotation, truncation and restarts.',
  options,
  create: ({ name, paths, follow, from, each_file, zone: zoneMinutes }, { now, log }) =>
    followFiles(
      {
        paths,
        follow,
        from,
        zoneMinutes,
        timeOf,
        now,
        log,
        sourceOf: (path) => (each_file ? toSourceName(rotationOf(basename(path)).base, name) : name),
      },
      cursors,
    ),
})
