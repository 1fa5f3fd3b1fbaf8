import type { Route } from '../rest/route.ts'
import { elasticsearchRoutes } from './elasticsearch.ts'

/** The routes of the protocols that log shippers speak. */
export const shipperRoutes: readonly Route[] = [...elasticsearchRoutes]
