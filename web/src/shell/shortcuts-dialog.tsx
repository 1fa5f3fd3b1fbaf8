import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { activeKeys } from './keys.ts'

/** Lists the shortcuts of the current screen. */
export const ShortcutsDialog = ({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) => (
  <Dialog
    open={open}
    onClose={onClose}
    title="Keyboard shortcuts"
    description="Turn off single-key shortcuts in the account menu."
    wide
  >
    <div className="mt-2 columns-1 gap-8 sm:columns-2">
      {open &&
        [...activeKeys()].map(([group, bindings]) => (
          <section key={group} aria-label={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-small text-text-2">{group}</h3>
            <dl>
              {bindings.map(({ keys, label }) => (
                <div key={keys} className="flex min-h-row items-center justify-between gap-4">
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
    </div>
  </Dialog>
)
