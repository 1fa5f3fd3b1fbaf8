import type { Route } from '../rest/route.ts'
import { datadogRoutes } from './datadog.ts'
import { elasticsearchRoutes } from './elasticsearch.ts'
import { firehoseRoutes } from './firehose.ts'
import { gelfRoutes } from './gelf.ts'
import { journaldRoutes } from './journald.ts'
import { lokiRoutes } from './loki.ts'
import { otlpRoutes } from './otlp.ts'
import { pubsubRoutes } from './pubsub.ts'
import { splunkRoutes } from './splunk.ts'

/** The routes of the protocols that log shippers speak. */
export const shipperRoutes: readonly Route[] = [
  ...datadogRoutes,
  ...elasticsearchRoutes,
  ...firehoseRoutes,
  ...gelfRoutes,
  ...journaldRoutes,
  ...lokiRoutes,
  ...otlpRoutes,
  ...pubsubRoutes,
  ...splunkRoutes,
]
