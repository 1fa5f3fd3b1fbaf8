const mostBytes = 2 * 1024 * 1024

/** A fetch that follows nowhere else, and gives up on an answer that does not end. */
export const boundedFetch =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (url, init) => {
    const response = await fetch(url, { ...init, redirect: 'error' })
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of response.body ?? []) {
      bytes += part.byteLength
      if (bytes > mostBytes) throw new Error(`it answered more than ${mostBytes / 1024 / 1024} MB`)
      parts.push(part)
    }
    const { status, statusText, headers } = response
    const kept = new Headers(headers)
    // The body has been unpacked on the way.
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name)
    return new Response(status === 204 || status === 304 ? null : Buffer.concat(parts), {
      status,
      statusText,
      headers: kept,
    })
  }
