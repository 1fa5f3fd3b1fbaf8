import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { containerOfFile } from '../../../schema/record/container-file.ts'
import { toSourceName } from '../../../schema/record/source-name.ts'
import { rotationOf } from './file-set.ts'

const dockerLog = /^([\da-f]{64})-json\.log$/
const dockerContainer = z.object({ Name: z.string() })

/**
 * Names the source of a log after its file. The file of a container has a number or an id for a name: its source is named after the container,
 * so that the next container of the same name continues it.
 */
export const sourceOfFile = (path: string, fallback: string): string => {
  const container = containerOfFile(path)
  if (container) return toSourceName(`${container.namespace}_${container.container}`, fallback)
  const [, id] = dockerLog.exec(rotationOf(basename(path)).base) ?? []
  if (id === undefined) return nameOfFile(path, fallback)
  return toSourceName(dockerName(dirname(path)) ?? `docker-${id.slice(0, 12)}`, fallback)
}

/** Names a source after the file of its log only. */
export const nameOfFile = (path: string, fallback: string): string =>
  toSourceName(rotationOf(basename(path)).base, fallback)

/** Reads the name of a container from the folder in which Docker keeps its log; undefined if it is not there. */
const dockerName = (folder: string): string | undefined => {
  try {
    const { data } = dockerContainer.safeParse(JSON.parse(readFileSync(join(folder, 'config.v2.json'), 'utf8')))
    return data?.Name.replace(/^\//, '')
  } catch {
    // A copy of the log, or no permission: the id names it as well.
    return undefined
  }
}
