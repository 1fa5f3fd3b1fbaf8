import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { findFiles } from './find-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-find-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes files, and returns those that are found in their folder. */
const foundAmong = async (name: string, paths: readonly string[]): Promise<readonly string[]> => {
  const root = join(folder, name)
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), 'x\n')
  }
  const { files } = await findFiles([root])
  return files.map((path) => path.slice(root.length + 1).replaceAll('\\', '/')).sort()
}

it('finds only the logs in the folders that Docker and Podman keep for a container', async () => {
  const id = '0123456789abcdef'.repeat(4)
  const docker = [`${id}-json.log`, `${id}-json.log.1`, `${id}-json.log.2.gz`].map((name) => `docker/${id}/${name}`)
  const beside = ['config.v2.json', 'hostconfig.json', 'hosts', 'hostname', 'resolv.conf', 'mounts/x']
  const podman = ['ctr.log', 'config.json', 'attach', 'oci-log']
  const other = ['other/app.log', 'other/config.json']
  const found = await foundAmong('containers', [
    ...docker,
    ...beside.map((name) => `docker/${id}/${name}`),
    ...podman.map((name) => `podman/${id}/userdata/${name}`),
    ...other,
  ])
  expect(found).toEqual([...docker, ...other, `podman/${id}/userdata/ctr.log`])
  // A file that is named is read.
  const named = join(folder, 'containers/docker', id, 'hosts')
  expect((await findFiles([named])).files).toEqual([named])
})

it("leaves out what is no log in /var/log: notes, and what apt keeps of its terminal and its solver's requests", async () => {
  const apt = ['apt/history.log', 'apt/history.log.1.gz']
  const other = ['README-app.log', 'consoles/term.log']
  const out = ['README', 'nginx/README.md', 'apt/eipp.log.xz', 'apt/term.log', 'apt/term.log.1.gz']
  expect(await foundAmong('log', [...other, ...apt, ...out])).toEqual([
    ...other.slice(0, 1),
    ...apt,
    'consoles/term.log',
  ])
})
