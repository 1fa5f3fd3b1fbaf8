/** The folder below which a proxy serves this server, by the path of its public URL: `/vedette`, or an empty text. */
export const basePathOf = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')

/**
 * Removes the folder from the address of a request, for proxies that pass it on and for browsers that open the server directly. A folder with
 * the name of one of our own, such as `/api`, stays: only the proxy knows which of the two is meant.
 */
export const withoutBasePath = (basePath: string, url: string): string => {
  if (basePath === '' || ourFolders.test(basePath) || !url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}

const ourFolders = /^\/(api|assets|docs|health|v1|services|loki)(\/|$)/

/** Lets the page of the dashboard find its files and the API below the folder. */
export const movePage = (basePath: string, html: string): string =>
  html.replaceAll(/\b(href|src|content)="\/(?!\/)/g, (_, name: string) => `${name}="${basePath}/`)
