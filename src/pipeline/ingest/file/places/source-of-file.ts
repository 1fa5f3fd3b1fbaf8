import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { containerOfFile } from '../../../../schema/record/container-file.ts'
import { toSourceName } from '../../../../schema/record/source-name.ts'
import { formerBaseOf, rotationOf } from '../file-set.ts'

const dockerLog = /^([\da-f]{64})-json\.log$/
/** The name of the log of a task of Proxmox: the node, three numbers, the type, what it is about, and who began it. */
const proxmoxTask = /^UPID:[\w.-]{1,64}(?::[\dA-F]{8,16}){3}:(\w{1,32}):/
const dockerContainer = z.object({ Name: z.string() })

/**
 * Names the source of a log after its file. The file of a container has a number or an id for a name: its source is named after the container,
 * so that the next container of the same name continues it.
 */
export const sourceOfFile = (path: string, fallback: string): string => {
  const container = containerOfFile(path)
  if (container) return toSourceName(`${container.namespace}_${container.container}`, fallback)
  const [, id] = dockerLog.exec(rotationOf(basename(path)).base) ?? []
  if (id === undefined) return toSourceName(nameOf(path), fallback)
  return toSourceName(dockerName(dirname(path)) ?? `docker-${id.slice(0, 12)}`, fallback)
}

/** Whether the source of a log is named after its file alone, so that a log of another folder may have the same name. */
export const isNamedAfterFile = (path: string): boolean =>
  sourceOfFile(path, '') === toSourceName(rotationOf(basename(path)).base, '')

/** Names a source as version 0.1 did: after the file only. */
export const formerNameOfFile = (path: string, fallback: string): string =>
  toSourceName(formerBaseOf(basename(path)), fallback)

/** Returns the name of a log's file; of a task of Proxmox, which has a file for each, its type; with its folder, or the one above `logs`, if the file is named after a day only. */
const nameOf = (path: string): string => {
  const { base, date } = rotationOf(basename(path))
  const task = proxmoxTask.exec(base)?.[1]
  if (task) return `${task} tasks`
  if (date === '' || !base.startsWith('.')) return base
  const folders = dirname(resolve(path)).split(sep)
  const folder = folders.findLast((name) => !/^logs?$/i.test(name)) ?? ''
  return folder === '' ? basename(path) : `${folder}${base}`
}

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
