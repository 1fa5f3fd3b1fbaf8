import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Opens the pages and the reference to anybody: they hold no data. Comes before the routes are added. */
export const openPages = (app: FastifyInstance): void => {
  app.addHook('onRoute', (route) => {
    if (pages.test(route.url)) route.config = { ...route.config, open: true }
  })
}

const pages = /^\/($|docs(\/|$)|[\w-]+\.(html|js|css|svg|png|ico|webmanifest)$)/

/** Serves exactly the files of a folder: no dotfile and nothing beside it. */
export const servePages = async (app: FastifyInstance, folder: string): Promise<void> => {
  await app.register(files, {
    root: folder,
    wildcard: false,
    index: ['index.html'],
    dotfiles: 'ignore',
    serveDotFiles: false,
    cacheControl: false,
    setHeaders: (reply) => reply.header('cache-control', 'no-cache'),
  })
}
