import { expect, it } from 'vitest'
import { settleTlsMode } from './postgres-url.ts'

const compat = '&uselibpqcompat=true'
const never = async () => {
  throw new Error('No connection is needed.')
}

it('reads sslmode as PostgreSQL documents it', async () => {
  const f = async (options: string, expected: string) =>
    expect(await settleTlsMode(`postgres://u:p@h/d${options}`, never)).toBe(`postgres://u:p@h/d${expected}`)
  await f('?sslmode=require', `?sslmode=require${compat}`)
  await f('?sslmode=Require&connect_timeout=3', `?sslmode=require&connect_timeout=3${compat}`)
  await f('?sslmode=verify-ca&sslrootcert=/ca.crt', `?sslmode=verify-ca&sslrootcert=/ca.crt${compat}`)
  // The driver refuses to verify an authority that nobody named, so the certificate is verified fully.
  await f('?sslmode=verify-ca', '?sslmode=verify-ca')
  await f('?sslmode=verify-full', '?sslmode=verify-full')
  await f('?sslmode=no-verify', '?sslmode=no-verify')
  await f('?sslmode=disable', '?sslmode=disable')
  await f('?sslmode=prefer&uselibpqcompat=true', '?sslmode=prefer&uselibpqcompat=true')
  await f('', '')
})

it('connects without TLS only where the URL allows it and the server offers none', async () => {
  const failing = (message: string) => async () => {
    throw new Error(message)
  }
  const f = async (probe: (url: string) => Promise<unknown>, expected: string) => {
    for (const mode of ['prefer', 'allow']) {
      expect(await settleTlsMode(`postgres://h/d?sslmode=${mode}`, probe)).toBe(`postgres://h/d?sslmode=${expected}`)
    }
  }
  await f(async () => {}, `prefer${compat}`)
  await f(failing('The server does not support SSL connections'), 'disable')
  await f(failing('connect ECONNREFUSED 127.0.0.1:5432'), `prefer${compat}`)
})
