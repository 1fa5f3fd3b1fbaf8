import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { basePath } from './api/base-path.ts'
import { readIncidentSearch } from './screens/incident/search.ts'
import { readIncidentsSearch } from './screens/incidents/search.ts'
import { readLogsSearch } from './screens/logs/search.ts'
import { readOverviewSearch } from './screens/overview/time-range.ts'
import { readQueueSearch } from './screens/queue/queue-view.ts'
import { Frame, NotFound, ScreenError } from './shell/frame.tsx'

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  component: Frame,
  notFoundComponent: NotFound,
})
const getParentRoute = () => root

/** All screens, sorted by path. Each one is loaded when it is first opened. */
const screens = root.addChildren([
  createRoute({
    getParentRoute,
    path: '/',
    validateSearch: readOverviewSearch,
    component: lazyRouteComponent(() => import('./screens/overview/overview.tsx'), 'Overview'),
  }),
  createRoute({
    getParentRoute,
    path: '/add',
    component: lazyRouteComponent(() => import('./screens/add-logs/add-logs.tsx'), 'AddLogs'),
  }),
  createRoute({
    getParentRoute,
    path: '/adopt',
    component: lazyRouteComponent(() => import('./screens/adopt/adopt.tsx'), 'Adopt'),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts',
    validateSearch: readQueueSearch,
    component: lazyRouteComponent(() => import('./screens/queue/queue.tsx'), 'Queue'),
  }),
  createRoute({
    getParentRoute,
    path: '/incidents',
    validateSearch: readIncidentsSearch,
    component: lazyRouteComponent(() => import('./screens/incidents/incidents.tsx'), 'Incidents'),
  }),
  createRoute({
    getParentRoute,
    path: '/incidents/$id',
    validateSearch: readIncidentSearch,
    component: lazyRouteComponent(() => import('./screens/incident/incident.tsx'), 'Incident'),
  }),
  createRoute({
    getParentRoute,
    path: '/logs',
    validateSearch: readLogsSearch,
    component: lazyRouteComponent(() => import('./screens/logs/logs.tsx'), 'Logs'),
  }),
  createRoute({
    getParentRoute,
    path: '/queries',
    component: lazyRouteComponent(() => import('./screens/queries/queries.tsx'), 'Queries'),
  }),
  createRoute({
    getParentRoute,
    path: '/receivers',
    component: lazyRouteComponent(() => import('./screens/receivers/receivers.tsx'), 'Receivers'),
  }),
  createRoute({
    getParentRoute,
    path: '/sources',
    component: lazyRouteComponent(() => import('./screens/sources/sources.tsx'), 'Sources'),
  }),
  createRoute({
    getParentRoute,
    path: '/suppressions',
    component: lazyRouteComponent(() => import('./screens/suppressions/suppressions.tsx'), 'Suppressions'),
  }),
  createRoute({
    getParentRoute,
    path: '/users',
    component: lazyRouteComponent(() => import('./screens/users/users.tsx'), 'Users'),
  }),
])

export const createAppRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: screens,
    basepath: basePath || '/',
    context: { queries },
    defaultPreload: 'intent',
    defaultErrorComponent: ScreenError,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
