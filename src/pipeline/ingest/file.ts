import { basename } from 'node:path'
import { z } from 'zod'
import type { Component } from '../../component.ts'
import { followFiles } from './file-follow.ts'
import { rotationOf } from './file-set.ts'
import type { Cursors, Source } from './source.ts'
import { zone } from './zone.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('What its events are said to come from.'),
  paths: z
    .array(z.string().min(1))
    .min(1)
    .describe('Files, folders with all below them, and patterns: `/var/log/**/*.log`. Packed files are left out.'),
  follow: z.boolean().default(true).describe('Whether to wait for more, as `tail -F` does.'),
  from: z.enum(['start', 'end']).default('start').describe('Where to begin in files that are there already.'),
  each_file: z.boolean().default(false).describe('Whether each log is a source of its own, called as its file is.'),
  zone,
})

/** Declares the source that follows files; where it was is asked of, and kept by, the cursors. */
export const fileSource = (cursors: Cursors): Component<typeof options, Source> => ({
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
        now,
        log,
        sourceOf: (path) => (each_file ? rotationOf(basename(path)).base : name),
      },
      cursors,
    ),
})
