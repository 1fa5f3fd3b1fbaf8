import type { Alias } from './alias-table.ts'

/** An entry whose name is an alias. */
export interface Claim {
  readonly alias: Alias
  readonly at: number
}

type Names = readonly string[]

const own = /(?:^|\.)(?:src|source)\.process\.(?!parent\.)/i
const ancestor = /(?:^|\.)(?:src|source)\.process\.parent\./i

/** Makes the process that is acted upon the event's, and the one that acts its parent; undefined without one that is acted upon. */
export const ofCreation = (claims: readonly Claim[], names: Names): readonly Claim[] | undefined => {
  if (!claims.some(({ alias }) => alias.role === 'target')) return undefined
  return byRank(
    claims.map((claim): Claim => {
      const { alias, at } = claim
      const name = names[at] ?? ''
      if (alias.role === 'target') return { alias: { ...alias, rank: -1 }, at }
      if (!alias.target.startsWith('process.')) return claim
      if (ancestor.test(name)) return { alias: { ...alias, rank: alias.rank + 500 }, at }
      if (!own.test(name)) return claim
      return { alias: { ...alias, target: alias.target.replace('process.', 'process.parent.'), rank: -1 }, at }
    }),
  )
}

const local = /(?:^|[._])local(?:_|-)?(?:ip|addr|address|port)(?:_?(?:v?4|v?6))?$/i
const sided = /^(?:source|destination)(?=\.(?:ip|port)$)/

/**
 * Makes the local end of a connection its source and the remote end its destination, or the other way round if it is inbound. Undefined if a
 * record does not name both: a remote end alone is a client.
 */
export const bySide = (claims: readonly Claim[], names: Names, isInbound: boolean): readonly Claim[] | undefined => {
  const isLocal = ({ alias, at }: Claim) => sided.test(alias.target) && local.test(names[at] ?? '')
  if (!claims.some(isLocal) || !claims.some(({ alias }) => alias.role === 'remote')) return undefined
  const to = ({ alias, at }: Claim, side: string): Claim => ({
    alias: { ...alias, target: alias.target.replace(sided, side) },
    at,
  })
  return claims.map((claim) => {
    if (isLocal(claim)) return to(claim, isInbound ? 'destination' : 'source')
    return claim.alias.role === 'remote' ? to(claim, isInbound ? 'source' : 'destination') : claim
  })
}

const byRank = (claims: readonly Claim[]): readonly Claim[] => claims.toSorted((a, b) => a.alias.rank - b.alias.rank)
