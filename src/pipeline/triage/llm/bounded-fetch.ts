const mostBytes = 2 * 1024 * 1024

/** A fetch without redirects that aborts oversized responses. */
export const boundedFetch =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (url, init) => {
    const { body, status, statusText, headers } = await fetch(url, { ...init, redirect: 'error' })
    const kept = new Headers(headers)
    // The body is already decompressed.
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name)
    return new Response(body?.pipeThrough(bounded()), { status, statusText, headers: kept })
  }

const bounded = (): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  let bytes = 0
  return new TransformStream({
    transform(part, controller) {
      bytes += part.byteLength
      if (bytes > mostBytes) throw new Error(`the answer was larger than ${mostBytes / 1024 / 1024} MB`)
      controller.enqueue(part)
    },
  })
}
