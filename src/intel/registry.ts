import { mispFeed } from './feeds/misp-feed.ts'
import { taxii } from './feeds/taxii.ts'
import { textFeeds } from './feeds/text-feeds.ts'
import { abuseCh } from './lookups/abuse-ch.ts'
import { abuseipdb } from './lookups/abuseipdb.ts'
import { greynoise } from './lookups/greynoise.ts'
import { otx } from './lookups/otx.ts'
import { virustotal } from './lookups/virustotal.ts'
import type { IntelComponent } from './provider.ts'

/** The types of feeds. */
export const feedComponents: readonly IntelComponent[] = [...textFeeds, mispFeed, taxii]

/** The types of lookup services. */
export const lookupComponents: readonly IntelComponent[] = [
  abuseCh, //
  abuseipdb,
  greynoise,
  otx,
  virustotal,
]
