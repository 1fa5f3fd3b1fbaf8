import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { intelSource } from '../../schema/intelligence/intel-source.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditIntel } from './audit-intel.ts'
import { intelSources } from './list-intel-sources.ts'

const longestWait = 20_000

/** Pulls a feed now, even if it is not due. */
export const pullFeed = defineOperation({
  name: 'pull_feed',
  summary: 'Pulls a feed now. A pull that takes longer than 20 s continues in the background.',
  role: 'analyst',
  input: z.strictObject({ name: z.string().max(100) }),
  output: z.object({ done: z.boolean(), source: intelSource }),
  async run({ name }, deps: Pick<Deps, 'store' | 'intel' | 'now'> & { readonly actor: Actor }) {
    const { intel } = deps
    const pulling = intel.pull(name).then(() => true)
    const waited = new AbortController()
    const done = await Promise.race([pulling, setTimeout(longestWait, false, { signal: waited.signal })]).finally(() =>
      waited.abort(),
    )
    // The result is stored with the feed.
    pulling.catch(() => undefined)
    if (done) await intel.table.refresh()
    await auditIntel(deps, { action: 'pull_feed', target: name, before: null, after: { done } })
    const source = (await intelSources(deps)).find((one) => one.name === name)
    if (!source) throw new AppError('NOT_FOUND', `Feed "${name}" not found.`)
    return { done, source }
  },
})
