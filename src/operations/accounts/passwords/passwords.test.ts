import { argon2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createPasswords } from './passwords.ts'

describe('passwords', () => {
  const passwords = createPasswords()

  it('are stored as salted Argon2id hashes and verified', async () => {
    const hash = await passwords.hash('correct horse battery')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await passwords.hash('correct horse battery')).not.toBe(hash)
    expect(await passwords.matches('correct horse battery', hash)).toBe(true)
    expect(await passwords.matches('correct horse batterz', hash)).toBe(false)
    expect(await passwords.matches('', hash)).toBe(false)
  })

  it('match in any Unicode composition', async () => {
    const hash = await passwords.hash('café au lait')
    expect(await passwords.matches('café au lait'.normalize('NFD'), hash)).toBe(true)
  })

  it('do not match a missing or malformed hash', async () => {
    for (const hash of [undefined, '', '$argon2id$v=19$m=19456,t=2,p=1$$', 'correct horse', '$2b$10$abc']) {
      expect(await passwords.matches('correct horse', hash)).toBe(false)
    }
  })

  it('match hashes of other costs, which are reported as outdated', async () => {
    const nonce = Buffer.alloc(16, 7)
    const tag = argon2Sync('argon2id', {
      message: 'old one',
      nonce,
      parallelism: 1,
      tagLength: 32,
      memory: 64,
      passes: 1,
    })
    const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
    const old = `$argon2id$v=19$m=64,t=1,p=1$${text(nonce)}$${text(tag)}`
    expect(await passwords.matches('old one', old)).toBe(true)
    expect([passwords.isOutdated(old), passwords.isOutdated(await passwords.hash('x'))]).toEqual([true, false])
  })

  it('are hashed a few at a time, with a bounded queue', async () => {
    const busy = createPasswords({ parallel: 1, mostWaiting: 2 })
    const all = await Promise.allSettled([1, 2, 3, 4, 5].map((one) => busy.hash(`password ${one}`)))
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'])
    expect(await busy.hash('after that')).toContain('$argon2id$')
  })
})
