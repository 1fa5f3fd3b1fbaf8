import { randomBytes, randomUUID } from 'node:crypto'
import type { World } from '../operations/world.ts'
import type { RawRecord } from '../schema/record.ts'

type Token = Parameters<World['store']['tokens']['save']>[0]
type AuditEntry = Parameters<World['store']['audit']['append']>[0][number]
type Change = Awaited<ReturnType<World['store']['changes']>>[number]

/** A world in memory, as much of it as the server's own operations use; the rest is not there. */
export const fakeWorld = (now: () => number = Date.now) => {
  const tokens = new Map<string, Token>()
  const audit: AuditEntry[] = []
  const records: RawRecord[] = []
  const changes: Change[] = []
  const keys = new Map<string, { readonly hash: string; readonly accepted: number }>()
  const world = {
    tokenRows: tokens,
    audited: audit,
    records,
    changes,
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
    },
    intake: {
      full: undefined as Error | undefined,
      async accept(batch: readonly RawRecord[], { key, bodyHash = '' }: { key?: string; bodyHash?: string } = {}) {
        if (world.intake.full) throw world.intake.full
        const known = key === undefined ? undefined : keys.get(key)
        if (known) return { accepted: known.accepted, repeated: true }
        records.push(...batch)
        if (key !== undefined) keys.set(key, { hash: bodyHash, accepted: batch.length })
        return { accepted: batch.length, repeated: false }
      },
    },
    normalize: ({ texts, source, receivedAt }: Parameters<World['normalize']>[0]) =>
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
    health: async () => ({ ready: true, problems: [], stages: [], queues: [] }),
    metrics: async () => 'vedette_build_info{version="0"} 1\n',
    now,
    newId: randomUUID,
    newSecret: () => randomBytes(32).toString('base64url'),
  }
  return world
}
