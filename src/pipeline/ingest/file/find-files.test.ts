import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { findFiles } from './find-files.ts'

it('finds only the logs in the folders that Docker and Podman keep for a container', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-find-'))
  const id = '0123456789abcdef'.repeat(4)
  const docker = [`${id}-json.log`, `${id}-json.log.1`, `${id}-json.log.2.gz`]
  const beside = ['config.v2.json', 'hostconfig.json', 'hosts', 'hostname', 'resolv.conf', 'mounts/x']
  const podman = ['ctr.log', 'config.json', 'attach', 'oci-log']
  const other = ['config.json', 'app.log']
  const paths = [
    ...[...docker, ...beside].map((name) => `docker/${id}/${name}`),
    ...podman.map((name) => `podman/${id}/userdata/${name}`),
    ...other.map((name) => `other/${name}`),
  ]
  try {
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), 'x\n')
    }
    const { files } = await findFiles([folder])
    expect(files.map((path) => path.slice(folder.length + 1).replaceAll('\\', '/')).sort()).toEqual(
      [
        ...docker.map((name) => `docker/${id}/${name}`),
        ...other.map((name) => `other/${name}`),
        `podman/${id}/userdata/ctr.log`,
      ].sort(),
    )
    // A file that is named is read.
    const named = join(folder, 'docker', id, 'hosts')
    expect((await findFiles([named])).files).toEqual([named])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
