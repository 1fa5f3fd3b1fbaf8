import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './program.ts'

const folder = join(root, 'deploy/docker')

const instructions = readFileSync(join(folder, 'Dockerfile'), 'utf8')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => ({ word: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }))

/** The command of the healthcheck. */
export const healthcheck: unknown = JSON.parse(
  (instructions.find(({ word }) => word === 'HEALTHCHECK')?.rest ?? '').replace(/^.*? CMD /, ''),
)

/**
 * Does what the Dockerfile says, without a container engine: each stage has a folder of its own below `path` instead of a file system.
 * Packages that are installed in this checkout are not downloaded again.
 */
export const buildImage = (path: string): { readonly build: string; readonly image: string } => {
  const [build, image] = [join(path, 'build'), join(path, 'image')]
  for (const stage of [build, image]) {
    for (const part of ['tmp', 'usr/local/bin', 'var/lib']) mkdirSync(join(stage, part), { recursive: true })
  }
  const context = join(build, 'src')
  copyContext(context)
  for (const packages of ['node_modules', 'scripts/runtime/node_modules']) {
    if (existsSync(join(root, packages))) copyPackages(join(root, packages), join(context, packages))
  }

  let stage = image
  for (const { word, rest } of instructions) {
    if (word === 'FROM') stage = rest.endsWith(' AS build') ? build : image
    if (word === 'COPY' && rest.startsWith('--from=build ')) {
      const [, from = '', to = ''] = rest.split(' ')
      // Moved, because nothing reads it there any more: the packages are 16,000 files.
      renameSync(join(build, from), join(image, to))
    }
    if (word !== 'RUN') continue
    const command = rest.replaceAll(/(?<=\s)\/(app|tmp|usr|var)\b/g, `${stage}/$1`).replaceAll('-o node -g node ', '')
    const { status, stderr } = spawnSync('bash', ['-e', '-c', command], {
      cwd: stage === build ? context : stage,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
    if (status !== 0) throw new Error(`RUN ${rest} ended with ${status}:\n${stderr}`)
  }
  return { build, image }
}

/** Copies the files of the repository that the build may see. */
const copyContext = (to: string): void => {
  const ignored = readFileSync(join(folder, 'Dockerfile.dockerignore'), 'utf8').split('\n').filter(Boolean)
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  for (const file of files.split('\0')) {
    if (
      file === '' ||
      !existsSync(join(root, file)) ||
      ignored.some((one) => file === one || file.startsWith(`${one}/`))
    )
      continue
    cpSync(join(root, file), join(to, file))
  }
}

/** Copies folders, but no caches. On the same file system, hard links to their files cost less. */
const copyPackages = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true })
  const copy = statSync(from).dev === statSync(to).dev ? linkSync : copyFileSync
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.name === '.cache') continue
    if (entry.isDirectory()) copyPackages(source, target)
    else if (entry.isFile()) copy(source, target)
    else cpSync(source, target, { verbatimSymlinks: true })
  }
}
