/**
 * Reads a stream as its first chunk decides. An empty stream has no items. Ends the stream when its reader stops, also at the first chunk: a
 * decompressor that is not ended keeps what it holds.
 */
export async function* byFirstChunk<Chunk, Item>(
  chunks: AsyncIterable<Chunk>,
  read: (first: Chunk, whole: AsyncIterable<Chunk>) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const rest = chunks[Symbol.asyncIterator]()
  try {
    const first = await rest.next()
    if (!first.done) yield* read(first.value, joined(first.value, rest))
  } finally {
    await rest.return?.()
  }
}

async function* joined<Chunk>(first: Chunk, rest: AsyncIterator<Chunk>): AsyncGenerator<Chunk> {
  yield first
  yield* { [Symbol.asyncIterator]: () => rest }
}
