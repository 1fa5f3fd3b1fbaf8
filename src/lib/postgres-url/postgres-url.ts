/**
 * Rewrites the URL of a PostgreSQL database so that the driver reads its `sslmode` as PostgreSQL documents it: `require` encrypts and verifies
 * nothing unless `sslrootcert` is given, where the driver alone would refuse the certificate that most servers begin with. With `prefer` or
 * `allow`, `probe` connects once, because a server without TLS is contacted without it. `verify-ca` without `sslrootcert` stays as strict as
 * the driver makes it. https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export const settleTlsMode = async (url: string, probe: (url: string) => Promise<unknown>): Promise<string> => {
  const mode = option.exec(url)?.[2]?.toLowerCase()
  if (mode === undefined || /[?&]uselibpqcompat=/.test(url)) return url
  const as = (word: string) => url.replace(option, (_, name) => `${name}${word}`)
  if (mode === 'require' || (mode === 'verify-ca' && /[?&]sslrootcert=/.test(url)))
    return `${as(mode)}&uselibpqcompat=true`
  if (mode !== 'prefer' && mode !== 'allow') return url
  const encrypted = `${as('prefer')}&uselibpqcompat=true`
  try {
    await probe(encrypted)
  } catch (error) {
    // Any other failure is reported when the database is used.
    if (offersNoTls(error)) return as('disable')
  }
  return encrypted
}

/** Whether the driver asked for TLS, and the server has none. */
export const offersNoTls = (error: unknown): boolean =>
  error instanceof Error && /does not support SSL/.test(error.message)

const option = /([?&]sslmode=)([^&#]*)/i
