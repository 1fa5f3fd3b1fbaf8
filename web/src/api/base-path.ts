/** The folder below which a proxy serves Vedette, which the server writes into the page: `/vedette`, or an empty text. */
export const basePath = (document.querySelector('meta[name="base-path"]')?.getAttribute('content') ?? '').replace(
  /\/+$/,
  '',
)

/** The address of the dashboard, for links that users copy and for clients. */
export const siteUrl = location.origin + basePath

/** Moves a page that was opened past the proxy below the folder, where the router looks for its screens. */
export const moveBelowBasePath = (): void => {
  const { pathname, search, hash } = location
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) {
    history.replaceState(null, '', basePath + pathname + search + hash)
  }
}
