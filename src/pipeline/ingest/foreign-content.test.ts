import { describe, expect, it } from 'vitest'
import { foreignContent } from './foreign-content.ts'

describe('content that is not known', () => {
  it.each([
    ['text', Buffer.from('Mar  3 09:00:00 h a: b\n\tc \u001b[31mred\u001b[0m'), undefined],
    ['text in another encoding', Buffer.from('caf\xe9 \xfcber', 'latin1'), undefined],
    ['nothing', new Uint8Array(0), undefined],
    ['an archive', Uint8Array.from({ length: 200 }, (_, i) => (i * 37) % 256), 'binary data'],
    ['zeros', new Uint8Array(64), 'binary data'],
    ['UTF-16 without a mark', Buffer.from('some text', 'utf16le'), 'binary data'],
  ])('is text or binary data: %s', (_, given, name) => expect(foreignContent(given)?.name).toBe(name))
})
