/**
 * Words in which two lines may not differ and still be the same template: outcomes and opposites. `login succeeded` and `login
 * failed` are one word apart and mean two things.
 */
const words = `
fail fails failure failures succeed succeeds success successful successfully error errors deny denies allow allows accept accepts
reject rejects refuse grant revoke valid invalid up down on off yes no not enable disable open opens close closes start starts stop stops
connect disconnect add remove create delete login logout logon logoff begin begins end ends enter exit leave lost found
debug info notice warn warning critical alert fatal emergency ok timeout normal abnormal unable cannot can missing unknown
mount unmount online offline active inactive primary secondary read write get set put post send receive sent before after first last
`

export const opposites: ReadonlySet<string> = new Set(words.trim().split(/\s+/))
