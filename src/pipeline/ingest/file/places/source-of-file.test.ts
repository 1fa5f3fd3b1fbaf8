import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sourceOfFile } from './source-of-file.ts'

it('names a source after the file of its log, without what rotation adds', () => {
  expect(sourceOfFile('/var/log/auth.log.2.gz', 'file')).toBe('auth.log')
  expect(sourceOfFile('/srv/app-2026-11-26.log', 'file')).toBe('app.log')
})

it('names a source after the folder if its files are named after days', () => {
  expect(sourceOfFile('/srv/minecraft/logs/2026-11-26-1.log.gz', 'file')).toBe('minecraft.log')
  expect(sourceOfFile('/srv/shop/20261126.txt', 'file')).toBe('shop.txt')
  expect(sourceOfFile('/logs/2026-11-26.log', 'file')).toBe('2026-11-26.log')
})

it('names a source after the type of a task of Proxmox', () => {
  const task = 'UPID:pve:000007EE:056F8EF3:6B07BA58:vzdump:100:root@pam:'
  expect(sourceOfFile(`/var/log/pve/tasks/8/${task}`, 'file')).toBe('vzdump tasks')
  expect(sourceOfFile('/srv/UPID:notes.log', 'file')).toBe('UPID-notes.log')
})

it('names a source after the container of Kubernetes that writes it', () => {
  const uid = '0b6a1c1e-5d0b-4a55-9d0e-2f6f0c9a7b11'
  expect(sourceOfFile(`/var/log/pods/shop_web-7c9-x2x4v_${uid}/nginx/0.log`, 'file')).toBe('shop_nginx')
  expect(sourceOfFile(`/var/log/pods/shop_web-9f1-aaaaa_${uid}/nginx/2.log`, 'file')).toBe('shop_nginx')
})

it('names a source after the container of Docker, or its id if the folder does not say its name', () => {
  const id = '0123456789abcdef'.repeat(4)
  const folder = mkdtempSync(join(tmpdir(), 'vedette-source-'))
  try {
    mkdirSync(join(folder, id))
    const log = join(folder, id, `${id}-json.log`)
    expect(sourceOfFile(log, 'file')).toBe('docker-0123456789ab')
    writeFileSync(join(folder, id, 'config.v2.json'), JSON.stringify({ ID: id, Name: '/web-1' }))
    expect(sourceOfFile(`${log}.1`, 'file')).toBe('web-1')
    writeFileSync(join(folder, id, 'config.v2.json'), '{')
    expect(sourceOfFile(log, 'file')).toBe('docker-0123456789ab')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
