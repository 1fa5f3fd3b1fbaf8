import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

type Claims = Readonly<Record<string, unknown>>
interface Grant {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
  readonly claims: Claims
}

const makeKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
/** Made once: making a pair takes up to half a second. */
const [keys, others] = [makeKeys(), makeKeys()]
export const client = { id: 'vedette', secret: 'a secret: of & ours' }

/** A small identity provider on loopback, as strict as the real ones are about what it is sent. */
export const startIdentityProvider = async () => {
  const grants = new Map<string, Grant>()
  const complaints: string[] = []
  /** The failure that a test wants. */
  const faults = {
    down: false,
    wrongKey: false,
    redirectUri: undefined as string | undefined,
    claims: {} as Claims,
    userinfo: undefined as Claims | undefined,
    secret: client.secret,
    /** The user who is signed in at its page, in a browser. */
    visitor: undefined as Claims | undefined,
  }
  let issuer = ''

  const token = (claims: Claims): string => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(claims)}`
    const { privateKey } = faults.wrongKey ? others : keys
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }

  /** Checks a request for tokens as RFC 6749 and RFC 7636 say; what is wrong is an OAuth error. */
  const redeem = (request: IncomingMessage, body: URLSearchParams): { error: string } | { grant: Grant } => {
    const refuse = (error: string, why: string) => {
      complaints.push(why)
      return { error }
    }
    const [id, secret] = Buffer.from(String(request.headers.authorization).replace('Basic ', ''), 'base64')
      .toString()
      .split(':')
      .map((text) => decodeURIComponent(text.replaceAll('+', ' ')))
    if (id !== client.id || secret !== faults.secret) return refuse('invalid_client', 'client')
    if (body.get('grant_type') !== 'authorization_code') return refuse('unsupported_grant_type', 'grant_type')
    const code = body.get('code') ?? ''
    const grant = grants.get(code)
    grants.delete(code)
    if (!grant) return refuse('invalid_grant', 'code')
    if (body.get('redirect_uri') !== (faults.redirectUri ?? grant.redirectUri))
      return refuse('invalid_grant', 'redirect_uri')
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    return challenge === grant.challenge ? { grant } : refuse('invalid_grant', 'code_verifier')
  }

  const answer = (request: IncomingMessage, body: URLSearchParams): [status: number, body: object] => {
    const path = new URL(request.url ?? '/', issuer).pathname
    if (faults.down) return [503, {}]
    if (path === '/.well-known/openid-configuration') {
      return [
        200,
        {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          ...(faults.userinfo && { userinfo_endpoint: `${issuer}/userinfo` }),
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
        },
      ]
    }
    if (path === '/keys') {
      const key = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }
      return [200, { keys: [key] }]
    }
    if (path === '/userinfo') {
      if (request.headers.authorization !== 'Bearer an access token') return [401, {}]
      return [200, faults.userinfo ?? {}]
    }
    if (path !== '/token' || request.method !== 'POST') return [404, {}]
    const result = redeem(request, body)
    if ('error' in result) return [result.error === 'invalid_client' ? 401 : 400, result]
    const { claims, nonce } = result.grant
    const now = Math.floor(Date.now() / 1000)
    const id_token = token({
      iss: issuer,
      aud: client.id,
      iat: now,
      exp: now + 300,
      nonce,
      ...claims,
      ...faults.claims,
    })
    return [200, { access_token: 'an access token', token_type: 'Bearer', expires_in: 300, id_token }]
  }

  /** Checks the parameters that a browser was sent with, and returns the address to send it back to. */
  const admit = (location: string, claims: Claims): string => {
    const { origin, pathname, searchParams: asked } = new URL(location)
    const problem = [
      [`${origin}${pathname}`, `${issuer}/authorize`],
      [asked.get('response_type'), 'code'],
      [asked.get('client_id'), client.id],
      [asked.get('code_challenge_method'), 'S256'],
      [asked.get('scope')?.split(' ').includes('openid'), true],
      [/^[\w-]{43}$/.test(asked.get('code_challenge') ?? ''), true],
      [(asked.get('nonce') ?? '').length > 20, true],
      [(asked.get('state') ?? '').length > 20, true],
    ].find(([is, should]) => is !== should)
    if (problem) throw new Error(`The provider got ${problem[0]} for ${problem[1]}.`)
    const code = randomUUID()
    const [nonce, challenge] = [asked.get('nonce') ?? '', asked.get('code_challenge') ?? '']
    grants.set(code, { nonce, challenge, redirectUri: asked.get('redirect_uri') ?? '', claims })
    return `${asked.get('redirect_uri')}?${new URLSearchParams({ code, state: asked.get('state') ?? '' })}`
  }

  const server = createServer((request, response: ServerResponse) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      const to = request.url?.startsWith('/authorize?') && faults.visitor && admit(issuer + request.url, faults.visitor)
      if (to) return void response.writeHead(302, { location: to }).end()
      const [status, body] = answer(request, new URLSearchParams(text))
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`

  return {
    issuer,
    faults,
    /** Lists the faults in requests for tokens. */
    complaints,
    /** Signs somebody in, as its page does, and gives the query that the browser is sent back with. */
    signIn: (location: string, claims: Claims): string => new URL(admit(location, claims)).search,
    close: () => new Promise<void>((done) => void server.close(() => done())),
  }
}
