import { describe, expect, it } from 'vitest'
import { restoreBidiControls, showBidiControls } from './bidi-controls.ts'

describe('bidirectional control characters', () => {
  it('are shown by their code points, and restored for the server', () => {
    const controls = ['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069']
    const shown = showBidiControls(controls.join('a'))
    expect(shown).toBe('⟨U+061C⟩a⟨U+200E⟩a⟨U+200F⟩a⟨U+202A⟩a⟨U+202E⟩a⟨U+2066⟩a⟨U+2069⟩')
    expect(restoreBidiControls(shown)).toBe(controls.join('a'))
  })

  it('are not other characters: letters that are read from right to left, emoji with joiners, other code points', () => {
    const text = 'مدير שלום 管理者 🧑‍💻 ⟨U+0041⟩ ⟨x⟩'
    expect(showBidiControls(text)).toBe(text)
    expect(restoreBidiControls(text)).toBe(text)
  })
})
