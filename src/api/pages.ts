import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Serves the pages: exactly the files of that folder, no dotfile and nothing beside it. */
export const servePages = async (app: FastifyInstance, folder: string): Promise<void> => {
  app.addHook('onRoute', (route) => {
    // The plug-in adds a route a file; they carry no data and answer anybody.
    if (route.url === '/' || pageFile.test(route.url)) route.config = { ...route.config, open: true }
  })
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

const pageFile = /^\/[\w-]+\.(html|js|css|svg|png|ico|webmanifest)$/
