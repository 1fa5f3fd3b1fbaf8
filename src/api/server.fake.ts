import { randomBytes, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { compatSystems } from '../compat/systems.fake.ts'
import { AppError } from '../errors.ts'
import { createBackOff } from '../operations/accounts/passwords/back-off.ts'
import { createPasswords } from '../operations/accounts/passwords/passwords.ts'
import { createSignInKeys } from '../operations/accounts/sessions/sign-in-keys.ts'
import type { Deps } from '../operations/deps.ts'
import { type Role, role } from '../schema/account/role.ts'
import type { AuditEntry } from '../schema/audit/audit-entry.ts'
import type { RawRecord } from '../schema/record/record.ts'
import { createAuth, type PresetToken } from './auth.ts'
import { createConfirmations } from './mcp/confirmations.ts'
import { createRoots } from './mcp/roots.ts'
import { createServer, type ServerOptions } from './server.ts'

type Token = Parameters<Deps['store']['tokens']['save']>[0]
type Change = Awaited<ReturnType<Deps['store']['changes']>>[number]

/** Dependencies in memory, as much of it as the server's own operations use; the rest is not there. */
export const fakeDeps = (now: () => number = Date.now) => {
  const tokens = new Map<string, Token>()
  const audit: AuditEntry[] = []
  const records: RawRecord[] = []
  const changes: Change[] = []
  const seen = new Set<string>()
  const keys = new Map<string, { readonly hash: string; readonly accepted: number }>()
  const deps = {
    store: {
      tokens: {
        save: async (token: Token) => void tokens.set(token.id, token),
        findByHash: async (hash: string) => [...tokens.values()].find((token) => token.hash === hash),
        list: async () => [...tokens.values()],
        used: async (id: string, at: number) => {
          const token = tokens.get(id)
          if (token) tokens.set(id, { ...token, last_used_at: at })
        },
        revoke: async (id: string, at: number) => {
          const token = tokens.get(id)
          if (token) tokens.set(id, { ...token, revoked_at: at })
          return token !== undefined
        },
      },
      audit: { append: async (entries: readonly AuditEntry[]) => void audit.push(...entries) },
      transaction: async (work: (tx: unknown) => Promise<unknown>) => work(undefined),
      changes: async (after: number, limit: number) =>
        changes.filter(({ updated_at }) => updated_at > after).slice(0, limit),
      settled: async () => now(),
    },
    intake: {
      full: undefined as Error | undefined,
      async accept(
        sent: readonly RawRecord[],
        { key, bodyHash = '', recent }: { key?: string; bodyHash?: string; recent?: readonly string[] } = {},
      ) {
        if (deps.intake.full) throw deps.intake.full
        const known = key === undefined ? undefined : keys.get(key)
        if (known && known.hash !== bodyHash) throw new AppError('IDEMPOTENCY_KEY_REUSED', `"${key}" was used.`)
        if (known) return { accepted: known.accepted, repeated: true }
        const batch = sent.filter((_, index) => {
          const name = recent?.[index]
          const isKnown = name !== undefined && seen.has(name)
          if (name !== undefined) seen.add(name)
          return !isKnown
        })
        records.push(...batch)
        if (key !== undefined) keys.set(key, { hash: bodyHash, accepted: batch.length })
        return { accepted: batch.length, repeated: false }
      },
    },
    normalize: ({ texts, source, receivedAt }: Parameters<Deps['normalize']>[0]) =>
      texts.map((text, index) => ({
        id: `0-${index}`,
        kind: 'event' as const,
        time: receivedAt,
        timeGuessed: true,
        receivedAt,
        source,
        stream: source,
        message: text,
        original: text,
        fields: {},
      })),
    signIn: {
      passwords: createPasswords({ cost: { memory: 64, passes: 1, parallelism: 1 } }),
      backOff: createBackOff(now),
      session: { lifetime: 43_200_000, idle: 7_200_000 },
      publicUrl: '',
      provider: undefined,
    },
    health: async () => ({ ready: true, problems: [], stages: [], queues: [] }),
    metrics: async () => 'vedette_build_info{version="0"} 1\n',
    now,
    newId: randomUUID,
    newSecret: () => randomBytes(32).toString('base64url'),
  }
  return {
    // A fake of the parts that are used; the types of the others would have to be made up.
    deps: deps as unknown as Deps,
    tokens,
    audit,
    records,
    changes,
    intake: deps.intake,
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** A whole server on fake dependencies, with one token of each role set by the configuration. */
export const fakeServer = async (
  options: Partial<ServerOptions> & {
    readonly maxFailures?: number
    readonly now?: () => number
    readonly presets?: readonly PresetToken[]
  } = {},
) => {
  const fake = fakeDeps(options.now)
  const { deps } = fake
  const logged: object[] = []
  const log = { ...quiet, error: (facts: object) => void logged.push(facts) }
  const auth = createAuth({
    // Asks again each time: a test may put a real store in its place.
    tokens: {
      findByHash: (hash) => deps.store.tokens.findByHash(hash),
      used: (id, at) => deps.store.tokens.used(id, at),
    },
    presetTokens: [
      ...role.options.map((name) => ({ name, role: name, secret: `the-${name}-secret` })),
      ...(options.presets ?? []),
    ],
    now: () => deps.now(),
    log,
    idle: 7_200_000,
    ...(options.maxFailures !== undefined && { maxFailures: options.maxFailures }),
  })
  const signInKeys = createSignInKeys({ now: () => deps.now(), newSecret: () => deps.newSecret() })
  const app = await createServer({
    deps,
    auth,
    signInKeys,
    log,
    version: '0.0.0',
    mcp: {
      roots: createRoots([import.meta.dirname]),
      confirmations: createConfirmations(Date.now, randomUUID),
      allowWrite: true,
    },
    systems: compatSystems,
    web: resolve(import.meta.dirname, 'fixtures/dashboard'),
    ...options,
  })
  return { ...fake, app, auth, signInKeys, logged }
}

/** The header of a role's token. */
export const as = (name: Role) => ({ authorization: `Bearer the-${name}-secret` })
