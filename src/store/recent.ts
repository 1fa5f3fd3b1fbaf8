/** Recently read documents, each valid for one version of its row; the least recently used is evicted. */
export interface Recent<Document> {
  get(id: string, version: string): Document | undefined
  put(id: string, version: string, document: Document): void
}

export const createRecent = <Document>(most: number): Recent<Document> => {
  const kept = new Map<string, { readonly version: string; readonly document: Document }>()
  return {
    get(id, version) {
      const known = kept.get(id)
      if (known?.version !== version) return undefined
      kept.delete(id)
      kept.set(id, known)
      return known.document
    },
    put(id, version, document) {
      kept.delete(id)
      kept.set(id, { version, document })
      const [oldest] = kept.size > most ? kept.keys() : []
      if (oldest !== undefined) kept.delete(oldest)
    },
  }
}
