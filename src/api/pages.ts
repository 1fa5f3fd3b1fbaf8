import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import files from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { movePage } from './base-path.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with the page of the dashboard. Exists only if the dashboard is built. */
    sendPage(this: FastifyReply): FastifyReply
  }
}

/** Serves the dashboard and the reference without a token, because they contain no data. Register it before the routes. */
export const openPages = (app: FastifyInstance): void => {
  app.addHook('onRoute', (route) => {
    if (pages.test(route.url) && route.constraints === undefined) route.config = { ...route.config, open: true }
  })
}

const pages = /^\/($|docs(\/|$)|assets\/[\w.-]+$|[\w-]+\.(html|js|css|svg|png|ico|webmanifest)$)/

/**
 * Serves exactly the files of the built dashboard: no dotfile and nothing outside of it. The names of files under `assets/` contain a hash
 * of their content, so browsers cache them forever; each text has compressed versions next to it. Below a folder of a proxy, the page itself
 * is served with the addresses of its files in that folder.
 */
export const servePages = async (app: FastifyInstance, folder: string, basePath: string): Promise<void> => {
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.code(503).type('text/plain; charset=utf-8').send('The dashboard is not built yet. Run: npm run build\n'),
    )
    return
  }
  const moved = basePath === '' ? undefined : movePage(basePath, readFileSync(join(folder, 'index.html'), 'utf8'))
  await app.register(files, {
    root: folder,
    wildcard: false,
    index: moved === undefined ? ['index.html'] : false,
    dotfiles: 'ignore',
    serveDotFiles: false,
    preCompressed: true,
    globIgnore: ['**/*.{br,gz}', ...(moved === undefined ? [] : ['index.html'])],
    cacheControl: false,
    setHeaders: (reply, path) =>
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  })
  app.decorateReply('sendPage', function () {
    return moved === undefined ? this.sendFile('index.html') : sendText(this, moved)
  })
  if (moved === undefined) return
  for (const path of ['/', '/index.html']) {
    app.get(path, { schema: { hide: true } }, (_request, reply) => sendText(reply, moved))
  }
}

const sendText = (reply: FastifyReply, html: string): FastifyReply =>
  reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html)

/**
 * Answers with the page if a browser opens a path that an older contract uses for data. Runs after the headers are set, and before the
 * token is required.
 */
export const preferScreens = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request, reply) =>
    shared.test(request.url) && opensScreen(request) ? reply.sendPage() : undefined,
  )
}

const shared = /^\/incidents(\?|$)/

/** Whether a browser opens a screen of the dashboard by its path: it gets the page, which selects the screen itself. */
export const opensScreen = ({ method, url, headers, server }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  /\btext\/html\b/.test(headers.accept ?? '') &&
  !notScreens.test(url) &&
  server.hasReplyDecorator('sendPage')

/** Data and files. Only the path counts: a filter in the query may end like the name of a file. */
const notScreens = /^\/+(api|assets|docs|health|metrics)([/?#]|$)|^[^?]*\.\w+($|\?)/i
