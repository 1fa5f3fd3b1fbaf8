import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { openForeignDatabase } from './foreign-database.ts'

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-foreign-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const open = (url: string) => openForeignDatabase(url, { timeout: 1_000 })

it('connects to nothing of another kind', async () => {
  for (const url of ['oracle://u:secret@127.0.0.1/d', 'http://127.0.0.1/d', 'redis://127.0.0.1']) {
    await expect(open(url)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringMatching(/^Vedette cannot read databases of the kind "(oracle|http|redis)"\.$/),
    })
  }
})

it('survives each option for TLS at a server that begins it', async () => {
  // Agrees to TLS, as a server that has it, and then says nothing more.
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('S'))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = z.object({ port: z.number() }).parse(server.address())
  for (const ssl of ['require', 'prefer', 'verify-full', 'true', 'True', '1', 'anything']) {
    await expect(open(`postgresql+asyncpg://u@127.0.0.1:${port}/d?ssl=${ssl}`)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  }
})

it('says of a file what to do about it', async () => {
  const file = join(scratch(), 'damaged.db')
  await expect(open(`sqlite:${file}`)).rejects.toMatchObject({ hint: expect.stringContaining('file exists') })
  writeFileSync(file, `SQLite format 3\0${'x'.repeat(5_000)}`)
  const damaged = await open(`sqlite:${file}`)
  await expect(damaged.query('select * from sqlite_schema')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    hint: expect.stringContaining('.recover'),
  })
  await damaged.close()
})
