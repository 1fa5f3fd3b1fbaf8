import { expect, it } from 'vitest'
import { translatePostgresError } from './postgres-error.ts'

it('says how to trust the certificate of a server, and which file is missing', () => {
  const f = (code: string, message: string, expected: object) =>
    expect(translatePostgresError(Object.assign(new Error(message), { code }), 'database d at h')).toMatchObject(
      expected,
    )
  const trust = { code: 'UNAVAILABLE', hint: expect.stringContaining('sslrootcert=FILE'), retryable: false }
  f('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', trust)
  f('CERT_HAS_EXPIRED', 'certificate has expired', trust)
  f('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames", trust)
  f('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', trust)
  f('ENOENT', "ENOENT: no such file or directory, open '/ca.crt'", {
    message: expect.stringContaining("open '/ca.crt'"),
    hint: expect.stringContaining('sslrootcert'),
  })
})
